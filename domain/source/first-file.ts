import { orderTemplateYaml } from '../fulfillment/default-order-template.ts';
import { defaultInventoryTemplateYaml } from '../mapping/default-inventory-template.ts';
import { shipmentTemplateYaml } from '../shipments/default-shipment-template.ts';

/** A good first source file: the usual settings, each with what it means. */
export function firstSourceFile(name: string, { autoSend = false }: { autoSend?: boolean } = {}): string {
  return `# A source: one supplier whose shop runs on BigCommerce. Apply it with: bcsource source apply FILE
name: ${name}

connection:
  type: api_token
  storeHash: \${BIGCOMMERCE_STORE_HASH}      # Settings > API > Store-level API accounts: the part after /stores/
  accessToken: \${BIGCOMMERCE_ACCESS_TOKEN}  # stored encrypted; never write it into this file

inventory:
  skipHidden: true                # products that customers cannot see stay out
  skipDigital: false
  archiveMissing: true            # what leaves the feed gets quantity 0 and is restored when it returns
  archiveGuard: { share: 0.2, minimum: 50 }   # a run that would take away more asks a person first
  pageSize: 250
  untrackedQuantity: 0            # what an item counts as when the store does not track its stock
  unpurchasable: keep             # keep | zero
  schedule: { cron: "0 */4 * * *" }   # UTC; leave out to run by hand only
${indented(defaultInventoryTemplateYaml)}

fulfillment:
  autoSend: ${autoSend}                 # false: a request waits until somebody says: bcsource fr process NUMBER
  customer: guest                 # guest | create (a customer, where there is none with the e-mail) | existing (or fail)
  holdHours: 0                    # time to cancel or amend before a request is sent
  # businessHours: { timezone: America/New_York, weekly: { mon-fri: ["09:00-17:00"] }, holidays: ["2026-12-25"] }
  # schedule: { cron: "*/30 * * * *" }  # UTC; left out, each request goes as soon as its waits are over
  externalOrderIdPrefix: ""       # the store knows an order by this and the number; sources on one store must differ
  prices: catalog                 # catalog: the store prices the lines | request: the unit prices of the request
  note: staffNotes                # where the note goes: staffNotes | customerMessage
${indented(orderTemplateYaml)}

shipments:
  lookbackDays: 90                # older requests are no longer asked about; those that leave open are reported
  recheckDays: 14                 # for so long after shipping, tracking numbers that are typed in late are picked up
  # schedule: { every: 15m }      # left out, shipments are asked for by hand: bcsource shipments sync ${name}
${indented(shipmentTemplateYaml)}
`;
}

/** A template as it stands below its job. */
function indented(yaml: string): string {
  return yaml
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`.trimEnd())
    .join('\n');
}
