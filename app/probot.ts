// Owns the App's identity towards GitHub: a Probot that verifies webhooks and signs in, and does nothing unasked.
import { Probot, ProbotOctokit } from 'probot'
import type { Log } from './log.ts'
import type { AppSettings } from './settings.ts'

/**
 * Retrying and pacing are off: a write that was answered with 502 may have taken effect, and whoever sends it looks
 * before it sends again. Probot's own would repeat it, and would let five comments take twelve seconds.
 */
const Octokit = ProbotOctokit.defaults((options: object) => ({
  ...options,
  retry: { enabled: false },
  throttle: { enabled: false },
}))

export async function makeProbot(
  settings: Pick<AppSettings, 'appId' | 'privateKey' | 'webhookSecret' | 'github'>,
  log: Log,
): Promise<Probot> {
  const { appId, privateKey, webhookSecret, github } = settings
  const probot = new Probot({ appId, privateKey, secret: webhookSecret, baseUrl: github.api, log, Octokit })
  await probot.ready()
  return probot
}
