/** A count and what it is of, in the words for one or for any other number. */
export function counted(count: number, one: string, more: string): string {
  return `${count} ${count === 1 ? one : more}`;
}
