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

/** Runs a look that must not take longer than `ms`; whatever it throws is a problem of its own. */
export async function look(
  check: string,
  ms: number,
  work: () => Promise<DoctorCheck | DoctorCheck[]>,
): Promise<DoctorCheck[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<DoctorCheck>((resolve) => {
    timer = setTimeout(
      () =>
        resolve(
          problem(check, `No answer within ${ms / 1000} s.`, 'Look at the network and at the load of the other side.'),
        ),
      ms,
    );
  });
  try {
    const found = await Promise.race([work(), late]);
    return Array.isArray(found) ? found : [found];
  } catch (error) {
    const { message = String(error), hint = 'See the message.' } = error as { message?: string; hint?: string };
    return [problem(check, message, hint)];
  } finally {
    clearTimeout(timer);
  }
}
