// What lies behind a framed page. Soft lights on a ground, drawn anew at any size; the same for the player and for films.
export const BACKDROPS = {
  lagoon: { label: "Lagoon", ground: ["oklch(0.46 0.09 215)", "oklch(0.33 0.07 235)"], lights: [[0.12, 0.08, 0.75, "oklch(0.78 0.12 195 / 0.9)"], [0.95, 0.2, 0.6, "oklch(0.62 0.11 235 / 0.85)"], [0.6, 1.05, 0.7, "oklch(0.7 0.12 175 / 0.7)"]] },
  dusk: { label: "Dusk", ground: ["oklch(0.42 0.11 300)", "oklch(0.3 0.09 280)"], lights: [[0.1, 0.95, 0.75, "oklch(0.7 0.16 20 / 0.85)"], [0.9, 0.05, 0.7, "oklch(0.58 0.17 285 / 0.9)"], [0.45, 0.3, 0.5, "oklch(0.66 0.16 330 / 0.6)"]] },
  ember: { label: "Ember", ground: ["oklch(0.55 0.14 45)", "oklch(0.4 0.11 25)"], lights: [[0.15, 0.1, 0.7, "oklch(0.84 0.14 80 / 0.9)"], [0.9, 0.85, 0.75, "oklch(0.56 0.17 15 / 0.85)"], [0.75, 0.1, 0.45, "oklch(0.76 0.15 55 / 0.7)"]] },
  meadow: { label: "Meadow", ground: ["oklch(0.58 0.1 160)", "oklch(0.42 0.08 185)"], lights: [[0.85, 0.1, 0.7, "oklch(0.88 0.13 120 / 0.8)"], [0.1, 0.9, 0.7, "oklch(0.62 0.11 190 / 0.9)"]] },
  mist: { label: "Mist", ground: ["oklch(0.95 0.008 220)", "oklch(0.88 0.014 240)"], lights: [[0.15, 0.1, 0.7, "oklch(1 0 0 / 0.9)"], [0.9, 0.9, 0.7, "oklch(0.84 0.035 255 / 0.8)"], [0.1, 0.95, 0.5, "oklch(0.9 0.03 190 / 0.8)"]] },
  graphite: { label: "Graphite", ground: ["oklch(0.29 0.01 240)", "oklch(0.19 0.008 240)"], lights: [[0.2, 0, 0.7, "oklch(0.42 0.015 220 / 0.8)"], [0.9, 1, 0.6, "oklch(0.32 0.02 260 / 0.8)"]] },
  none: { label: "None", ground: ["oklch(0.16 0.004 230)", "oklch(0.16 0.004 230)"], lights: [] },
};

export function paintBackdrop(context, name, width, height) {
  const { ground, lights } = BACKDROPS[name] ?? BACKDROPS.none;
  const slope = context.createLinearGradient(0, 0, width * 0.4, height);
  slope.addColorStop(0, ground[0]);
  slope.addColorStop(1, ground[1]);
  context.fillStyle = slope;
  context.fillRect(0, 0, width, height);
  const reach = Math.hypot(width, height);
  for (const [x, y, radius, colour] of lights) {
    const light = context.createRadialGradient(x * width, y * height, 0, x * width, y * height, radius * reach);
    light.addColorStop(0, colour);
    light.addColorStop(1, colour.replace(/\/ [\d.]+\)/, "/ 0)"));
    context.fillStyle = light;
    context.fillRect(0, 0, width, height);
  }
}
