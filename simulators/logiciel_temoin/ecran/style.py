"""La feuille de style de l'écran : lisible à partir de 1024 pixels, contrastée, focus visible."""

STYLE = """
:root { color-scheme: light; --encre: #1b2733; --fond: #f3f6f9; --bleu: #1f4fa3; --bord: #c9d4df; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--fond); color: var(--encre); font: 1rem/1.45 system-ui, sans-serif; }
header { display: flex; gap: 2rem; justify-content: space-between; background: #fff; padding: .25rem 1.5rem;
  border-bottom: 1px solid var(--bord); }
header p { margin: .25rem 0; }
.cadre { display: flex; gap: 1.5rem; align-items: flex-start; padding: 1rem 1.5rem; }
nav { flex: 0 0 18rem; font-size: .9rem; }
nav h2 { font-size: .95rem; margin: 1rem 0 .25rem; } nav ul { margin: 0; padding-left: 1rem; }
nav a[aria-current] { font-weight: 700; color: var(--encre); }
main { flex: 1; min-width: 0; max-width: 70rem; background: #fff; border: 1px solid var(--bord);
  border-radius: .5rem; padding: 1rem 1.5rem 1.5rem; }
h1 { font-size: 1.4rem; margin: 0 0 1rem; } main h2 { font-size: 1.1rem; margin: 1.25rem 0 .25rem; }
a { color: var(--bleu); }
fieldset { border: 1px solid var(--bord); border-radius: .5rem; margin: .75rem 0; padding: .5rem 1rem .75rem; }
legend, .champ > label { font-weight: 600; } label { display: block; }
.champ { margin: .6rem 0; } .option { display: inline-block; font-size: .875rem; margin-right: 1rem; }
.aide, .oblige, code { color: #50606f; font-size: .85rem; font-weight: 400; margin: 0; }
input[type=text], input[type=password], textarea, select { font: inherit; width: 100%; max-width: 44rem;
  padding: .35rem .5rem; border: 1px solid #6b7c8d; border-radius: .25rem; }
button { font: inherit; font-weight: 600; padding: .5rem 1rem; border: 0; border-radius: .375rem;
  background: var(--bleu); color: #fff; cursor: pointer; }
button.secondaire { background: #fff; color: var(--bleu); border: 1px solid var(--bleu); padding: .25rem .75rem; }
.cache { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); padding: 0; }
:focus-visible { outline: 3px solid #b35900; outline-offset: 2px; }
.aller { position: absolute; left: -100rem; } .aller:focus { left: 0; background: #fff; padding: .5rem 1rem; }
.message, .issue { border-left: 4px solid #b4232a; background: #fdf0f0; padding: .5rem 1rem; }
.issue { font-weight: 700; } .issue.fait { border-color: #1d7a3f; background: #eef8f1; }
.issue.refuse { border-color: #8a5a00; background: #fdf6e7; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .2rem 1.25rem; margin: 0; }
dt { color: #50606f; } dd { margin: 0; }
.valeur { white-space: pre-wrap; overflow-wrap: anywhere; }
.nul, .vide, .liste_vide, .objet_vide { color: #50606f; font-style: italic; }
pre { margin: 0; max-height: 20rem; overflow: auto; border: 1px solid var(--bord); padding: .25rem .5rem; }
.defile { overflow-x: auto; } table { border-collapse: collapse; font-size: .9rem; }
caption { text-align: left; font-weight: 600; }
th, td { border: 1px solid var(--bord); padding: .25rem .5rem; text-align: left; vertical-align: top; }
img { display: block; max-width: 100%; }
""".strip()
