"""The sun and four planets in floating point: next to nothing is allocated but floats, so allocators should not matter."""

import sys

SUN = ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], 39.478)
PLANETS = [
    ([4.8, -1.2, -0.1], [0.6, 2.8, -0.02], 0.0377),
    ([8.3, 4.1, -0.4], [-1.0, 1.8, 0.008], 0.0113),
    ([12.9, -15.1, -0.2], [1.1, 0.9, -0.01], 0.0017),
    ([15.4, -25.9, 0.2], [1.0, 0.6, -0.03], 0.0020),
]
BODIES = [SUN, *PLANETS]
PAIRS = [(one, other) for i, one in enumerate(BODIES) for other in BODIES[i + 1 :]]


def advance(step, count):
    for _ in range(count):
        for (place, speed, mass), (other_place, other_speed, other_mass) in PAIRS:
            dx = place[0] - other_place[0]
            dy = place[1] - other_place[1]
            dz = place[2] - other_place[2]
            pull = step * (dx * dx + dy * dy + dz * dz) ** -1.5
            speed[0] -= dx * other_mass * pull
            speed[1] -= dy * other_mass * pull
            speed[2] -= dz * other_mass * pull
            other_speed[0] += dx * mass * pull
            other_speed[1] += dy * mass * pull
            other_speed[2] += dz * mass * pull
        for place, speed, _ in BODIES:
            place[0] += step * speed[0]
            place[1] += step * speed[1]
            place[2] += step * speed[2]


advance(0.001, 10_000 * int(sys.argv[1]))
if not all(abs(x) < 1e6 for place, _, _ in BODIES for x in place):
    sys.exit("a planet is lost")
