#!/bin/sh
# Under other versions of Node: the tests in sandboxes, those of the entry lines, which use Jest 29 and 30, and those
# that compare the launch strategies.
# Usage: sh scripts/test-node-versions.sh [VERSION...]
set -eu
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- 22 24 26
sh scripts/setup.sh
package=node-linux-$(node -p process.arch)
mkdir -p reports
status=0
for version in "$@"; do
  folder=.cache/node-$version
  if [ ! -x "$folder/node_modules/$package/bin/node" ]; then
    echo "test-node-versions: npm install $package@$version"
    npm install --silent --no-audit --no-fund --prefix "$folder" "$package@$version"
  fi
  node=$folder/node_modules/$package/bin/node
  echo "Node $("$node" --version)"
  sh scripts/in-time.sh 15 "$node" node_modules/jest/bin/jest.js --ci --runInBand --selectProjects sandbox e2e \
    --json --outputFile="reports/node-$version.json" -- \
    test/sandbox test/e2e/entry-lines 'test/e2e/(hand-back|transform-ahead|launch-(copies|environments|process|work))' || status=1
done
exit $status
