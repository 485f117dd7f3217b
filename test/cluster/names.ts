export const PROGRAMS = ['worker-1', 'worker-2', 'serve', 'simulator'] as const;
export type ProgramName = (typeof PROGRAMS)[number];
export const SERVERS = ['postgres', 'front', 'back'] as const;
export type ServerName = (typeof SERVERS)[number];
