// Owns the stop switch (R163): where it is on nothing is started, published or merged; what runs may end and waits.
import { stopSwitch } from '../report/answers/people.ts'
import type { Notice } from '../report/notice.ts'
import type { Service } from './parts.ts'
import type { Place } from './place.ts'

/** By the operator's setting, at once. A repository's own switch is `enabled: false` in its settings file. */
export function isStopped(
  service: Pick<Service, 'limits'>,
  place: { repository: Pick<Place['repository'], 'owner' | 'name'> },
): boolean {
  const owner = place.repository.owner.toLowerCase()
  const whole = `${owner}/${place.repository.name.toLowerCase()}`
  return service.limits.stopped.some((one) => ['*', owner, whole].includes(one.toLowerCase()))
}

export function stoppedNotice(): Notice {
  const reason = 'Nothing is started, published or merged.'
  return stopSwitch({ where: 'this repository', by: 'the operator', reason })
}
