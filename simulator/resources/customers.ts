import { v3Error, type Answer } from '../http/answers.ts';
export interface Customer { id: number; email: string }
export function x(): Answer { return v3Error(1, ''); }
