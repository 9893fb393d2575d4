import type { Command } from './command';

/** The commands, by name. Each is loaded when it is asked for. */
export const COMMANDS: Record<string, () => Command> = {
  cleanup: () => (require('./cleanup') as typeof import('./cleanup')).cleanup,
  doctor: () => (require('./doctor') as typeof import('./doctor')).doctor,
  enter: () => (require('./enter') as typeof import('./enter')).enter,
  ps: () => (require('./ps') as typeof import('./ps')).ps,
  run: () => (require('./run') as typeof import('./run')).run,
};
