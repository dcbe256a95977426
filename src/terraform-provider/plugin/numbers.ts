/**
 * Numbers between JavaScript and Terraform, which counts with 512 bits and takes a decimal such as 0.8 for exactly
 * that. A double stands for the shortest decimal that leads to it; whatever else core sends is a BigNumber, so
 * that a number comes back to core exactly as it was.
 */
import { BigNumber } from './values.ts';

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** A number that core wrote as text. @throws Error where it is none */
export function numberFromText(text: string): number | BigNumber {
  const double = Number(text);
  const exact = canonicalDecimal(text);
  return Number.isFinite(double) && canonicalDecimal(String(double)) === exact ? double : new BigNumber(text);
}

/** A number that core wrote in binary, which means what it holds to the last bit. */
function numberFromDouble(double: number): number | BigNumber {
  if (!Number.isFinite(double) || Number.isSafeInteger(double)) return double + 0;
  return isExact(double) ? double : new BigNumber(exactDecimal(double));
}

/** @returns undefined where it is no number */
export function numberFromWire(wire: unknown): number | BigNumber | undefined {
  if (typeof wire === 'number') return numberFromDouble(wire);
  if (typeof wire === 'bigint') return numberFromText(String(wire));
  return typeof wire === 'string' ? numberFromText(wire) : undefined;
}

/**
 * As go-cty writes it: an integer of 64 bits, a fraction that a double holds, or else text, of which core reads all
 * digits.
 */
export function numberToWire(value: number | BigNumber): number | bigint | string {
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || Number.isSafeInteger(value)) return value;
    if (!Number.isInteger(value) && isExact(value)) return value;
  }
  const text = plainDecimal(textOf(value));
  if (!/^-?\d{1,19}$/.test(text)) return text;
  const integer = BigInt(text);
  return BigInt.asIntN(64, integer) === integer ? integer : text;
}

/** Whether the shortest decimal that leads to a double is what it holds: so of 0.5, not of 0.8. */
function isExact(double: number): boolean {
  return canonicalDecimal(String(double)) === canonicalDecimal(exactDecimal(double));
}

/** One spelling for each number, to compare by: `sign digits e exponent`, without zeros at either end. */
export function canonicalDecimal(text: string): string {
  const { sign, digits, exponent } = decimal(text);
  return digits === '' ? '0' : `${sign}${digits}e${exponent}`;
}

interface Decimal {
  readonly sign: '' | '-';
  /** Without zeros at either end; none for zero. */
  readonly digits: string;
  readonly exponent: number;
}

function decimal(text: string): Decimal {
  const [, sign, whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? unreadable(text);
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  const shift = Number(exponent) - fraction.length + digits.length - significant.length;
  return { sign: sign === '-' ? '-' : '', digits: significant, exponent: shift };
}

/** Without an exponent, which is for numbers that people write: one of a thousand digits stays as it is. */
function plainDecimal(text: string): string {
  const { sign, digits, exponent } = decimal(text);
  if (Math.abs(exponent) > 1000) return text;
  if (exponent >= 0) return `${sign}${digits || '0'}${'0'.repeat(exponent)}`;
  const padded = digits.padStart(1 - exponent, '0');
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}

/** Equal for equal numbers, whichever way they are held. */
export function numberKey(value: number | BigNumber): string {
  const text = textOf(value);
  return DECIMAL.test(text) ? canonicalDecimal(text) : text;
}

function textOf(value: number | BigNumber): string {
  return value instanceof BigNumber ? value.text : String(value);
}

/** All digits of a finite double: its mantissa is an integer times a power of two. */
function exactDecimal(double: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(double));
  const bits = view.getBigUint64(0);
  const biased = Number(bits >> 52n);
  const fraction = bits & ((1n << 52n) - 1n);
  const mantissa = biased === 0 ? fraction : fraction | (1n << 52n);
  const power = Math.max(biased, 1) - 1075;
  const sign = double < 0 ? '-' : '';
  if (power >= 0) return `${sign}${mantissa << BigInt(power)}`;
  // m / 2^n is m × 5^n / 10^n.
  return `${sign}${mantissa * 5n ** BigInt(-power)}e${power}`;
}

function unreadable(text: string): never {
  throw new Error(`not a number: ${JSON.stringify(text.slice(0, 80))}`);
}
