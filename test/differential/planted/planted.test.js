const fs = require('fs');
const isInside = process.ppid === 1;

test('writes another file', () => fs.writeFileSync('seen.txt', isInside ? 'inside\n' : 'outside\n'));

test('prints something else', () => console.log(isInside ? 'inside' : 'outside'));

test('fails inside', () => expect(isInside).toBe(false));
