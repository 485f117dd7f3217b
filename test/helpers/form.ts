/** Whether the whole of each proof is run (`npm run test:long`), and not its short form. */
export const isLong = process.env['BCSOURCE_TEST_LONG'] === '1';
