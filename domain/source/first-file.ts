import { defaultInventoryTemplateYaml } from '../mapping/default-inventory-template.ts';

/** A good first source file: the usual settings, each with what it means. */
export function firstSourceFile(name: string): string {
  const mapping = defaultInventoryTemplateYaml
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`.trimEnd())
    .join('\n');
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
${mapping}
`;
}
