// A reporter for node:test that says at the end what was skipped, by name and why. Node's own closing lines
// count tests only: a suite that is skipped hides how many it has.
export default async function* report(source) {
  const suites = [];
  const tests = [];
  for await (const { type, data } of source) {
    if (type !== 'test:pass' || data.skip === undefined) continue;
    (data.details.type === 'suite' ? suites : tests).push(data);
  }
  yield summary(suites, tests);
}

function summary(suites, tests) {
  if (suites.length + tests.length === 0) return 'no tests were skipped\n';
  const counts = [
    ...(tests.length > 0 ? [count(tests.length, 'test')] : []),
    ...(suites.length > 0 ? [count(suites.length, 'whole suite')] : []),
  ];
  const names = new Map();
  for (const { name, skip } of [...suites, ...tests]) {
    const reason = typeof skip === 'string' ? skip : 'no reason given';
    names.set(reason, [...(names.get(reason) ?? []), name]);
  }
  const lines = [...names].map(([reason, list]) => `  ${list.join('; ')} (${reason})\n`);
  const were = suites.length + tests.length === 1 ? 'was' : 'were';
  return `${counts.join(' and ')} ${were} skipped:\n${lines.join('')}`;
}

function count(number, word) {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
