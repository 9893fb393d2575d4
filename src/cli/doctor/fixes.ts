/** What to write where, for a default sandbox to be had: by platform. docs/troubleshooting.md shows the same. */
import { existsSync } from 'node:fs';
import {
  DOCKER_APPARMOR_OPTION,
  DOCKER_OPTIONS,
  PODMAN_OPTIONS,
  PODMAN_SELINUX_OPTION,
  UBUNTU_SYSCTL,
} from '../../errors/pitfalls/containers';
import { sysctl } from '../../errors/pitfalls/host';

interface Platform {
  /** Whether this process runs there. */
  isHere(): boolean;
  /** @param init The real path of ns-init. */
  fix(init: string): string;
}

/** The more particular first: what runs in a pod or in CI mostly runs in a container, too. */
export const PLATFORMS = {
  'github-actions': {
    isHere: () => process.env.GITHUB_ACTIONS === 'true',
    fix: () => `steps:
  - run: ${UBUNTU_SYSCTL}
  - run: npx jest
# A job with "container:" needs this as well:
container:
  image: node:22
  options: ${DOCKER_OPTIONS} ${DOCKER_APPARMOR_OPTION}
`,
  },
  gitlab: {
    isHere: () => process.env.GITLAB_CI === 'true',
    // The engine's interface, which the runner uses, knows no "systempaths": the docker command does.
    fix: () => `# config.toml of the runner; no lesser setting of it unmasks /proc.
[[runners]]
  executor = "docker"
  [runners.docker]
    privileged = true
`,
  },
  kubernetes: {
    isHere: () => process.env.KUBERNETES_SERVICE_HOST !== undefined,
    fix: () => `spec:
  hostUsers: false                 # asked for by procMount: Unmasked
  containers:
    - name: test
      securityContext:
        procMount: Unmasked
        seccompProfile: { type: Unconfined }
        appArmorProfile: { type: Unconfined }
`,
  },
  podman: {
    isHere: () => existsSync('/run/.containerenv'),
    fix: () => `podman run ${PODMAN_OPTIONS} IMAGE npx jest
# Where SELinux forbids mounts:
podman run ${PODMAN_OPTIONS} ${PODMAN_SELINUX_OPTION} IMAGE npx jest
`,
  },
  docker: {
    isHere: () => existsSync('/.dockerenv'),
    fix: () => `docker run ${DOCKER_OPTIONS} \\
  ${DOCKER_APPARMOR_OPTION} IMAGE npx jest
`,
  },
  ubuntu: {
    isHere: () => sysctl('kernel/apparmor_restrict_unprivileged_userns') !== undefined,
    fix: (init) => `sudo tee /etc/apparmor.d/ns-init <<'END'
abi <abi/4.0>,
include <tunables/global>

profile ns-init ${profilePath(init)} flags=(unconfined) {
  userns,
}
END
sudo apparmor_parser -r /etc/apparmor.d/ns-init
`,
  },
} satisfies Record<string, Platform>;

export type PlatformName = keyof typeof PLATFORMS;

export const PLATFORM_NAMES = Object.keys(PLATFORMS) as PlatformName[];

export function platformHere(): PlatformName | undefined {
  return PLATFORM_NAMES.find((name) => PLATFORMS[name].isHere());
}

/** What AppArmor would take for a pattern is escaped, and for two words is quoted. apparmor.d(5) */
function profilePath(file: string): string {
  const escaped = file.replace(/[\\*?[\]{}^"]/g, '\\$&');
  return /\s/.test(file) ? `"${escaped}"` : escaped;
}
