import type { NamespaceName } from '../namespaces';

/** Whether a namespace is created: always, never, or if the kernel lets us. */
export type NamespaceChoice = boolean | 'try';

/** Makes a host directory or file visible at another place inside. mount(8), --bind */
export interface BindMount {
  /** Absolute path on the host. */
  source: string;
  /** Absolute path inside; exists on the host, or lies below a `tmpfs`. Default: the source's path. */
  target?: string;
  /** Default: false. */
  readonly?: boolean;
  /** Leave the mount out when the source is missing. Default: false. */
  try?: boolean;
}

/** `testEnvironmentOptions` of `testEnvironment: 'ns-jest'`. All are optional. */
export interface SandboxOptions {
  /** Which namespaces each file gets. Default: all eight, `true`. */
  namespaces?: Partial<Record<NamespaceName | 'mnt' | 'network', NamespaceChoice>>;
  /** Host name inside, at most 64 bytes. Default: "sandbox". uname(2) */
  hostname?: string;
  /** NIS domain name inside, at most 64 bytes. Default: "(none)", as the kernel's own. */
  domainname?: string;
  /** The user is root (id 0) inside. Default: true. unshare(1) --map-root-user */
  mapRootUser?: boolean;
  /** The user has the same id inside as outside. Default: false. unshare(1) --map-current-user */
  mapCurrentUser?: boolean;
  /** Directories covered by an empty tmpfs. Default: ["/tmp", "/dev/shm", "/run"]. */
  tmpfs?: string[];
  /** Bind mounts, made in order after everything else. Default: none. */
  bind?: BindMount[];
  /** A minimal /dev of its own, or the host's. Default: "minimal". */
  dev?: 'minimal' | 'host';
  /** Bring the interface lo up. Default: true. */
  loopback?: boolean;
  /** The Jest environment in force inside. Default: "node". */
  baseEnvironment?: string;
  /** `testEnvironmentOptions` for the base environment. Default: {}. */
  baseEnvironmentOptions?: Record<string, unknown>;
  /** Milliseconds that a whole file may take; then it is ended. Default: 1,800,000 (30 minutes); false: no limit. */
  timeout?: number | false;
  /** Put `ns` on the global object of the tests. Default: false. */
  global?: boolean;
  /** Where sandboxes cannot be had (not Linux): fail, report as skipped, or run without. Default: "fail". */
  onUnsupported?: 'fail' | 'skip' | 'run';
}

/** The options after checking, with every default filled in. */
export interface CheckedOptions {
  namespaces: Record<NamespaceName, NamespaceChoice>;
  hostname: string;
  domainname: string;
  mapRootUser: boolean;
  tmpfs: string[];
  bind: Required<BindMount>[];
  dev: 'minimal' | 'host';
  loopback: boolean;
  baseEnvironment: string;
  baseEnvironmentOptions: Record<string, unknown>;
  timeout: number | false;
  global: boolean;
  onUnsupported: 'fail' | 'skip' | 'run';
}
