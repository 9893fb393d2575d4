/**
 * The types of the options, for whoever writes a part of a configuration by itself. Where helpers or agents
 * have a type of the same name, that of the options begins with "Sandbox".
 */
export type { Dns, Hosts } from './files/etc-files';
export type { MountOption as SandboxMount } from './files/mounts';
export type { BindMount, TmpfsMount } from './files/options';
export type { RootOption } from './files/root';
export type { IdMapping } from './ids/id-maps';
export type { CgroupOptions } from './limits/options';
export type { NamespaceToJoin } from './namespaces/joins';
export type { NamespaceChoice } from './namespaces/options';
export type {
  AddressRequest as SandboxAddress,
  LinkKind,
  LinkRequest as SandboxLink,
  NeighbourRequest as SandboxNeighbour,
  RouteRequest as SandboxRoute,
} from './network/interfaces';
export type { NetworkSettings, NetworkType, UplinkType } from './network/uplink';
export type { SandboxOptions } from './options';
export type { Capabilities as SandboxCapabilities } from './processes/capabilities';
export type { ClockOffset, ClockOffsets } from './processes/clocks';
export type { Environment as SandboxEnvironment } from './processes/environment';
export type { Rlimit, RlimitName, RlimitValue } from './processes/rlimits';
export type { Seccomp } from './processes/seccomp';
export type { RunOptions as FileRunOptions } from './run/options';
