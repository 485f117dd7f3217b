import { readCount, readDate, readFields, readFlag, readId, readText } from './read.ts';

export const ORDERS = 'v2/orders';

/** An order as a list shows it. */
export interface FoundOrder {
  id: number;
  statusId: number | null;
  externalOrderId: string;
  externalSource: string | null;
  createdAt: Date | null;
  modifiedAt: Date | null;
  isDeleted: boolean;
}

/** An order as it came, or undefined where not even its id can be read. */
export function readOrder(row: unknown): FoundOrder | undefined {
  const fields = readFields(row);
  const id = readId(fields['id']);
  if (id === undefined) return undefined;
  return {
    id,
    statusId: readCount(fields['status_id']),
    externalOrderId: readText(fields['external_order_id']) ?? '',
    externalSource: readText(fields['external_source']),
    createdAt: readDate(fields['date_created']),
    modifiedAt: readDate(fields['date_modified']),
    isDeleted: readFlag(fields['is_deleted']),
  };
}
