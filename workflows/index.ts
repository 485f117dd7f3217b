export { importInventory } from './import-inventory.ts';
