/** Kilograms in one unit, exactly; by every spelling that stores are known to show. */
const KILOGRAMS: readonly (readonly [factor: string, ...names: string[]])[] = [
  ['0.028349523125', 'oz', 'ozs', 'ounce', 'ounces'],
  ['0.45359237', 'lb', 'lbs', 'pound', 'pounds'],
  ['0.001', 'g', 'gr', 'gm', 'gram', 'grams', 'gramme', 'grammes'],
  ['1', 'kg', 'kgs', 'kilo', 'kilos', 'kilogram', 'kilograms', 'kilogramme', 'kilogrammes'],
  ['0.000001', 'mg', 'milligram', 'milligrams'],
  ['1000', 't', 'tonne', 'tonnes', 'metric ton', 'metric tons'],
];

const CENTIMETERS: readonly (readonly [factor: string, ...names: string[]])[] = [
  ['2.54', 'in', 'ins', 'inch', 'inches', '"'],
  ['1', 'cm', 'cms', 'centimeter', 'centimeters', 'centimetre', 'centimetres'],
  ['0.1', 'mm', 'mms', 'millimeter', 'millimeters', 'millimetre', 'millimetres'],
  ['100', 'm', 'meter', 'meters', 'metre', 'metres'],
  ['30.48', 'ft', 'foot', 'feet'],
  ['91.44', 'yd', 'yds', 'yard', 'yards'],
];

/** Kilograms in one of the store's weight units, as exact decimal text; undefined for a unit that we do not know. */
export function weightFactorKg(unit: string): string | undefined {
  return factorOf(KILOGRAMS, unit);
}

/** Centimeters in one of the store's dimension units, as exact decimal text; undefined for a unit that we do not know. */
export function dimensionFactorCm(unit: string): string | undefined {
  return factorOf(CENTIMETERS, unit);
}

function factorOf(units: typeof KILOGRAMS, unit: string): string | undefined {
  const name = unit.trim().replace(/\.$/, '').toLowerCase();
  return units.find(([, ...names]) => names.includes(name))?.[0];
}
