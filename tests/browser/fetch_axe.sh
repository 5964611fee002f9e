#!/usr/bin/env bash
# Fetches axe-core, which only tests use, from the npm registry into build/axe.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=4.14.1
[ -f "build/axe/$version/package/axe.min.js" ] && exit 0
mkdir -p "build/axe/$version"
cd "build/axe/$version"
npm pack --silent "axe-core@$version" >/dev/null
tar -xzf "axe-core-$version.tgz" package/axe.min.js package/LICENSE
rm "axe-core-$version.tgz"
