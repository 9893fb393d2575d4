import type { CheckedFileOptions, FileOptions } from './files/options';
import type { CheckedIdOptions, IdOptions } from './ids/options';
import type { CheckedLimitOptions, LimitOptions } from './limits/options';
import type { CheckedNamespaceOptions, NamespaceOptions } from './namespaces/options';
import type { CheckedNetworkOptions, NetworkOptions } from './network/options';
import type { CheckedProcessOptions, ProcessOptions } from './processes/options';
import type { CheckedRunOptions, RunOptions } from './run/options';

/** `testEnvironmentOptions` of `testEnvironment: 'ns-jest'`. All are optional. */
export interface SandboxOptions
  extends NamespaceOptions,
    IdOptions,
    FileOptions,
    NetworkOptions,
    ProcessOptions,
    LimitOptions,
    RunOptions {}

/** The options after checking, with every default filled in. */
export interface CheckedOptions
  extends CheckedNamespaceOptions,
    CheckedIdOptions,
    CheckedFileOptions,
    CheckedNetworkOptions,
    CheckedProcessOptions,
    CheckedLimitOptions,
    CheckedRunOptions {}
