// Stands in for npm where the launcher is tested: `ci` without a registry. Packages are empty but for a Node.
const { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

appendFileSync(process.env.NPM_DIARY, `${process.argv.slice(2).join(' ')}\n`);
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(process.env.NPM_TAKES ?? 0));
if (process.env.NPM_FAILS) process.exit(3);
const omitted = process.argv.includes('--omit=dev') ? ([, { dev }]) => dev : () => false;
for (const [path] of Object.entries(packages).filter(omitted)) delete packages[path];
for (const path of Object.keys(packages).filter((name) => name !== '')) {
  mkdirSync(join(path, 'bin'), { recursive: true });
  if (path.includes('/node-')) symlinkSync(process.execPath, join(path, 'bin', 'node'));
}
delete packages[''];
writeFileSync(join('node_modules', '.package-lock.json'), JSON.stringify({ packages }));
