/** What of an event of jest-circus is looked at. */
export interface TestEvent {
  name: string;
  /** Of the event `add_test`. */
  concurrent?: boolean;
  /** Of `hook_start`: `beforeAll` and so on. */
  hook?: { type: string };
  /** Of `test_start` and `test_done`. */
  test?: Block;
}

/** A test, or a group of them. */
interface Block {
  name: string;
  parent?: Block;
}
