/** A known way in which a step fails, with a cause that can be asked for. */
export interface Pitfall {
  /** Steps of ns-init, by the start of their names. */
  steps: string[];
  /** Names of errnos; the empty one is that of a program that tells its own cause. */
  codes: string[];
  /** Asks the host, or this process. A cause is named only when this says yes. */
  confirmed: (subject: string) => boolean;
  reason: Text;
  fix: Text;
}

/** With what the step was about, where that has to be named. */
export type Text = string | ((subject: string) => string);

/** Of a cause that the step and its errno leave no doubt about. */
export const always = () => true;
