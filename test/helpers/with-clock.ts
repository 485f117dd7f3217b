/** Does `work` as on a machine whose clock is off by so much. */
export async function withClock<T>(offMs: number, work: () => Promise<T>): Promise<T> {
  const RealDate = Date;
  globalThis.Date = class extends RealDate {
    constructor(...given: unknown[]) {
      super(...((given.length > 0 ? given : [RealDate.now() + offMs]) as [string]));
    }
    static override now = () => RealDate.now() + offMs;
  } as DateConstructor;
  try {
    return await work();
  } finally {
    globalThis.Date = RealDate;
  }
}
