import type { Probes } from '../probe';
import { FURTHER_ID_PROBES, ID_PROBES } from './ids';
import { LAUNCH_PROBES } from './launch';
import { LIMIT_PROBES } from './limits';
import { MOUNT_PROBES, ROOT_PROBES } from './mounts';
import { NAMESPACE_PROBES, WITHOUT_USER } from './namespaces';
import { LOOPBACK_PROBES, NETWORK_PROBES } from './network';
import { CACHE_PROBES, PACKAGE_PROBES } from './package';
import { WHOLE_PROBES } from './whole';

/** Every probe, in the order in which they need each other. */
export const PROBES: Probes = {
  required: [
    ...PACKAGE_PROBES,
    ...CACHE_PROBES,
    ...NAMESPACE_PROBES,
    ...ID_PROBES,
    ...MOUNT_PROBES,
    ...LOOPBACK_PROBES,
    ...WHOLE_PROBES,
  ],
  optional: [
    ...LAUNCH_PROBES,
    ...FURTHER_ID_PROBES,
    ...ROOT_PROBES,
    ...NETWORK_PROBES,
    ...LIMIT_PROBES,
    ...(process.geteuid?.() === 0 ? [WITHOUT_USER] : []),
  ],
};
