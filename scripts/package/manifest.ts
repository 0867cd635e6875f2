/** Members read of the project's own package.json. */
export interface ProjectManifest {
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** Modules that other projects import, by the name behind `stele/`. */
export const EXPORTS = { verify: 'api/verify', client: 'api/client' } as const;

/** The package.json of the package: what it runs, what it offers to import, and what it needs for that. */
export function packageManifest({ version, description, license, dependencies }: ProjectManifest): object {
  const modules = new Map<string, object | string>([['./package.json', './package.json']]);
  for (const [name, file] of Object.entries(EXPORTS))
    modules.set(`./${name}`, { types: `./${file}.d.ts`, default: `./${file}.js` });
  return {
    name: 'stele',
    version,
    description,
    license,
    keywords: ['transparency-log', 'sigstore', 'rekor', 'c2sp', 'merkle-tree'],
    type: 'module',
    bin: { stele: 'cli/bin.mjs' },
    man: ['./man/stele.1'],
    exports: Object.fromEntries<object | string>(modules),
    sideEffects: ['./cli/*', './server/*.js', './**/*worker*.js'],
    engines: { node: '>=20' },
    dependencies,
  };
}
