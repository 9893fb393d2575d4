// The time namespace has offsets to the clocks that count from boot, not to the date. time_namespaces(7)
const { readFileSync } = require('node:fs');
const { ns } = require('ns-jest');

test("its clocks start out as the host's: both offsets are 0", () => {
  expect(ns).toBeIsolatedFromHost(['time']);
  const offsets = readFileSync('/proc/self/timens_offsets', 'utf8').trim().split('\n');
  expect(offsets.map((line) => line.split(/\s+/))).toEqual([
    ['monotonic', '0', '0'],
    ['boottime', '0', '0'],
  ]);
});
