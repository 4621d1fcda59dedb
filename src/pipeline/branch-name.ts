// Owns how a change is named in git: its branch and the message of its commit.

/** `autopilot/<words of the title>-<end of the task id>`: readable, and never another task's. */
export function branchOf(title: string, task: string): string {
  const words = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '')
  return `autopilot/${words === '' ? 'change' : words}-${task.slice(-6)}`
}

export function commitMessage(title: string, summary: string, task: string): string {
  return `${title}\n\n${summary}\n\nAutopilot-Task: ${task}\n`
}
