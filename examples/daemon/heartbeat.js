// Appends a line to a file ten times a second, for ever, and will not be talked out of it.
const { appendFileSync } = require('node:fs');

const [file] = process.argv.slice(2);
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.on(signal, () => {});
setInterval(() => appendFileSync(file, 'beat\n'), 100);
