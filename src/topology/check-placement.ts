import type { Parts } from './parts.ts';
import type { Problems } from './problems.ts';

const PATH = ['placement', 'tableSize'];

/**
 * Maglev fills its table by stepping through it, which reaches every row only where the size is a prime;
 * a node needs a row at the least. A hundred rows per node keep shares within about one per cent (Maglev
 * paper, NSDI 2016, section 5.3).
 */
export function checkPlacement({ placement, nodes }: Parts, problems: Problems): void {
  const { algorithm, tableSize } = placement;
  if (!isPrime(tableSize)) {
    problems.fault(PATH, `must be a prime, found ${tableSize}`, `write ${nextPrime(tableSize)}`);
  } else if (tableSize <= nodes.length) {
    problems.fault(
      PATH,
      `must exceed the number of nodes (${nodes.length}), found ${tableSize}`,
      `write ${nextPrime(nodes.length * 100)}`,
    );
  } else if (algorithm === 'maglev' && tableSize < nodes.length * 100) {
    problems.warn(
      PATH,
      `${tableSize} rows for ${nodes.length} nodes make uneven shares`,
      `a hundred rows per node are even to one per cent; write ${nextPrime(nodes.length * 100)}`,
    );
  }
}

function isPrime(n: number): boolean {
  if (n < 4) return n > 1;
  if (n % 2 === 0) return false;
  for (let divisor = 3; divisor * divisor <= n; divisor += 2) {
    if (n % divisor === 0) return false;
  }
  return true;
}

function nextPrime(n: number): number {
  let candidate = n;
  while (!isPrime(candidate)) candidate += 1;
  return candidate;
}
