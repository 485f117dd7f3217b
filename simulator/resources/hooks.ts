import { v3Error, type Answer } from '../http/answers.ts';
export interface Hook { id: number }
export function y(): Answer { return v3Error(1, ''); }
