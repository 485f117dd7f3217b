export function findProgram(name: string, more?: readonly string[]): string | undefined;
export function serverMajor(): number;
export function findPgDump(): string | undefined;
export function findCompose(): string | undefined;
