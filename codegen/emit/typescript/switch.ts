/** A case of a `switch`: its label, a remark on it, and what it does. */
export interface Case {
  readonly label: string;
  readonly remark?: string;
  readonly body: string;
}

/** A `switch`; cases that do the same stand together. Nothing where there are no cases and nothing is done otherwise. */
export function switchOn(subject: string, cases: readonly Case[], otherwise = ''): string {
  if (cases.length === 0) return otherwise;
  const bodies = [...new Set(cases.map(({ body }) => body))];
  const joined = bodies.map((body) => {
    const labels = cases.filter((each) => each.body === body);
    const lines = labels.map(
      ({ label, remark }) => `case ${label}:${remark === undefined ? '' : ` // ${remark}`}`,
    );
    return `${lines.join('\n')}\n${body}`;
  });
  const last = otherwise === '' ? '' : `default:\n${otherwise}\n`;
  return `switch (${subject}) {\n${joined.join('\n')}\n${last}}`;
}
