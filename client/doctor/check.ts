import { clientErrorOf } from '../errors.ts';

/** One thing that was looked at. */
export interface DoctorCheck {
  /** What was looked at, e.g. `database` or `store acme`. */
  check: string;
  status: 'ok' | 'warning' | 'problem';
  message: string;
  /** What to do; null where nothing is to be done. */
  hint: string | null;
}

export function fine(check: string, message: string): DoctorCheck {
  return { check, status: 'ok', message, hint: null };
}

export function warning(check: string, message: string, hint: string): DoctorCheck {
  return { check, status: 'warning', message, hint };
}

export function problem(check: string, message: string, hint: string): DoctorCheck {
  return { check, status: 'problem', message, hint };
}

/** How much of the time for all looks is left. */
export interface Clock {
  left(): number;
}

export function createClock(ms: number): Clock {
  const end = performance.now() + ms;
  return { left: () => Math.max(0, Math.round(end - performance.now())) };
}

interface Words {
  message: string;
  hint: string;
}

/**
 * Runs a look that must not take longer than `ms`; whatever it throws is a problem of its own, and so is its lateness,
 * in the words of `late`.
 */
export async function look(
  check: string,
  ms: number,
  work: () => Promise<DoctorCheck | DoctorCheck[]>,
  late: Words = {
    message: `No answer within ${(ms / 1000).toFixed(1)} s.`,
    hint: 'Look at the network and at the load of the other side.',
  },
): Promise<DoctorCheck[]> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<DoctorCheck>((resolve) => {
    timer = setTimeout(() => resolve(problem(check, late.message, late.hint)), ms);
  });
  try {
    const found = await Promise.race([work(), tooLate]);
    return Array.isArray(found) ? found : [found];
  } catch (error) {
    const { message = String(error), hint = 'See the message.' } = (clientErrorOf(error) ?? error) as Partial<Words>;
    return [problem(check, message, hint)];
  } finally {
    clearTimeout(timer);
  }
}
