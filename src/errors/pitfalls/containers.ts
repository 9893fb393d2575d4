/** What containers have to be given, in the words of each engine: in errors, in the doctor's snippets and in the docs. */

export const DOCKER_OPTIONS =
  '--security-opt seccomp=unconfined --security-opt systempaths=unconfined';
export const DOCKER_APPARMOR_OPTION = '--security-opt apparmor=unconfined';
export const PODMAN_OPTIONS = '--security-opt unmask=ALL';
export const PODMAN_SELINUX_OPTION = '--security-opt label=disable';
export const UBUNTU_SYSCTL = 'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0';
