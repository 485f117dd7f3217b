/** The parts of the embedded stack, each a process of its own. */
export type PartName = 'postgres' | 'temporal' | 'worker' | 'simulator';

/** Something that a person who watches the stack wants to read. */
export interface StackEvent {
  type: 'progress' | 'ready' | 'died' | 'restarted' | 'warning' | 'stopped' | 'failed';
  message: string;
  part?: PartName;
  /** On `failed`: what programs tell it by. */
  code?: string;
}

/** Takes the events of a stack; must not throw. */
export type OnEvent = (event: StackEvent) => void;
