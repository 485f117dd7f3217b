/** What a step comes to, or `late` where that takes longer; it goes on then, and whoever began it looks after its failure. */
export async function within<T>(ms: number, step: Promise<T>): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => (timer = setTimeout(resolve, ms, 'late')));
  return Promise.race([step, late]).finally(() => clearTimeout(timer));
}
