// Dark and light: as the system has it, until the switch is used.

const dark = matchMedia("(prefers-color-scheme: dark)");
const name = "pinion-lab-colours"; // all that this page keeps for another visit

// start makes a button the switch.
export function start(button) {
  const root = document.documentElement;
  const now = () => root.dataset.theme ?? (dark.matches ? "dark" : "light");
  const show = () => {
    button.textContent = now() === "dark" ? "Light colours" : "Dark colours";
  };
  button.addEventListener("click", () => {
    root.dataset.theme = now() === "dark" ? "light" : "dark";
    try {
      localStorage.setItem(name, root.dataset.theme);
    } catch {
      // then it holds until the page is closed
    }
    show();
  });
  dark.addEventListener("change", show);
  restore(root);
  show();
}

function restore(root) {
  try {
    const kept = localStorage.getItem(name);
    if (kept === "dark" || kept === "light") root.dataset.theme = kept;
  } catch {
    // as the system has it
  }
}
