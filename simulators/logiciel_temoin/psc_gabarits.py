"""Les pages web du produit : HTML sans script, en français, lisible au clavier et au lecteur d'écran."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from simulators.logiciel_temoin.psc_environnement import ETABLISSEMENT, PSC

PRODUIT = "Labo Témoin"

_STYLE = """
:root { color-scheme: light; --encre: #1b2733; --fond: #f3f6f9; --bleu: #1f4fa3; --bord: #c9d4df; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--fond); color: var(--encre); font: 1rem/1.5 system-ui, sans-serif; }
header, main, footer { max-width: 42rem; margin: 0 auto; padding: 1rem 1.5rem; }
main { background: #fff; border: 1px solid var(--bord); border-radius: .75rem; padding: 1.5rem 2rem 2rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .25rem 0 1rem; }
h2 { font-size: 1.15rem; margin: 1.5rem 0 .5rem; }
form { margin: 1rem 0; }
fieldset { border: 1px solid var(--bord); border-radius: .5rem; margin: 1rem 0; padding: .75rem 1rem; }
label { display: block; margin: .5rem 0; }
input:not([type=radio]) { display: block; width: 100%; font: inherit; padding: .5rem; margin-top: .25rem;
  border: 1px solid #6b7c8d; border-radius: .375rem; }
.bouton, button { display: inline-block; font: inherit; font-weight: 600; padding: .625rem 1.125rem; border: 0;
  border-radius: .5rem; background: var(--bleu); color: #fff; text-decoration: none; cursor: pointer; }
.secondaire { background: #fff; color: var(--bleu); border: 1px solid var(--bleu); }
a:focus-visible, button:focus-visible, input:focus-visible { outline: 3px solid #ffb000; outline-offset: 2px; }
.message { border-left: 4px solid #b4232a; background: #fdf0f0; padding: .75rem 1rem; margin: 1rem 0; }
.message.bon { border-color: #1d7a3f; background: #eef8f1; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.5rem; }
dt { color: #50606f; } dd { margin: 0; font-weight: 600; }
footer { color: #50606f; font-size: .875rem; }
""".strip()

CGU = (
    (
        "Objet",
        "Labo Témoin est un logiciel de gestion de laboratoire destiné aux professionnels de santé et aux personnels "
        "placés sous leur responsabilité. Il sert à la démonstration : aucune donnée de patient réel n'y est admise.",
    ),
    (
        "Accès au service",
        "L'accès demande un compte nominatif. Chaque utilisateur garde pour lui ses moyens de connexion et ferme sa "
        "session en quittant son poste. Une session inactive est fermée d'elle-même.",
    ),
    (
        "Pro Santé Connect",
        "Vous pouvez vous connecter avec Pro Santé Connect, le service d'authentification des professionnels de santé "
        "de l'Agence du numérique en santé, au moyen de votre carte CPS ou de l'application e-CPS. Le logiciel reçoit "
        "alors votre identifiant national, votre nom, votre prénom et vos situations d'exercice ; il s'en sert pour "
        "vous reconnaître, vous donner vos droits et vous désigner auprès des services que vous appelez. Vos moyens "
        "d'authentification ne lui sont jamais communiqués. En vous déconnectant du logiciel, vous fermez aussi votre "
        "session Pro Santé Connect. L'usage de Pro Santé Connect suppose l'acceptation de ses conditions générales.",
    ),
    (
        "Données personnelles",
        "Vos connexions et vos actions sont tracées le temps qu'exige la sécurité du service. Vous pouvez demander au "
        "responsable du laboratoire l'accès aux données qui vous concernent et leur rectification.",
    ),
    (
        "Évolution de ces conditions",
        "Une modification est annoncée sur l'écran de connexion trente jours au moins avant de s'appliquer ; la "
        "version en vigueur reste consultable à cette adresse, sans être connecté. Version du 1er septembre 2026.",
    ),
)


def page(titre: str, contenu: str, *, connecte: bool = False) -> str:
    """Une page entière."""
    pied = "" if connecte else '<a href="/cgu">Conditions générales d\'utilisation</a>'
    return (
        f'<!DOCTYPE html>\n<html lang="fr"><head><meta charset="utf-8"><title>{escape(titre)} – {PRODUIT}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head>\n<body><header><strong>{PRODUIT}</strong></header>\n"
        f"<main><h1>{escape(titre)}</h1>\n{contenu}</main>\n<footer>{pied}</footer></body></html>\n"
    )


def message(texte: str, *, bon: bool = False) -> str:
    """`texte` : brut."""
    genre = "message bon" if bon else "message"
    return f'<p class="{genre}" role="{"status" if bon else "alert"}">{escape(texte)}</p>\n' if texte else ""


def _fournisseurs(proposes: Sequence[str]) -> str:
    """Les boutons des fournisseurs d'identité."""
    contenu = ""
    if PSC in proposes:
        contenu += (
            "<h2>Professionnels de santé</h2>\n"
            '<p><a class="bouton" href="/connexion/psc">S\'identifier avec Pro Santé Connect</a></p>\n'
        )
    if ETABLISSEMENT in proposes:
        contenu += (
            "<h2>Personnels de l'établissement</h2>\n"
            '<p><a class="bouton secondaire" href="/connexion/etablissement">'
            "S'identifier avec le compte de l'établissement</a></p>\n"
        )
    return contenu


def ecran_connexion(fournisseurs: Sequence[str], jeton: str, avis: str = "") -> str:
    """L'écran de connexion : fournisseurs d'identité, puis identifiant et mot de passe."""
    contenu = message(avis) + _fournisseurs(fournisseurs)
    contenu += (
        "<h2>Identifiant et mot de passe</h2>\n"
        f'<form method="post" action="/connexion">{champ_jeton(jeton)}'
        '<label>Identifiant<input name="identifiant" autocomplete="username" required></label>\n'
        '<label>Mot de passe<input name="mot_de_passe" type="password" autocomplete="current-password" required>'
        '</label>\n<button type="submit">Se connecter</button></form>\n'
    )
    return page("Connexion", contenu)


def champ_jeton(jeton: str) -> str:
    return f'<input type="hidden" name="jeton" value="{escape(jeton)}">'


def conditions(*, sans_psc: bool = False) -> str:
    """Les conditions générales d'utilisation, consultables avant toute connexion."""
    articles = [(titre, texte) for titre, texte in CGU if not (sans_psc and "Pro Santé Connect" in titre)]
    contenu = "".join(f"<h2>{escape(titre)}</h2>\n<p>{escape(texte)}</p>\n" for titre, texte in articles)
    return page("Conditions générales d'utilisation", contenu + '<p><a href="/connexion">Retour à la connexion</a></p>')


def texte_des_conditions(*, sans_psc: bool = False) -> str:
    """Les mêmes, en texte."""
    return "\n\n".join(f"{t}\n{x}" for t, x in CGU if not (sans_psc and "Pro Santé Connect" in t))


def accueil(lignes: Sequence[tuple[str, str]], jeton: str, *, choix: bool, avis: str = "") -> str:
    """L'accueil d'une personne connectée. `lignes` : ce qu'on lui dit d'elle ; `choix` : plusieurs situations."""
    identite = "".join(f"<dt>{escape(nom)}</dt><dd>{escape(valeur)}</dd>" for nom, valeur in lignes if valeur)
    changer = '<p><a href="/situation">Changer de situation d\'exercice</a></p>\n' if choix else ""
    return page(
        "Accueil",
        f'{message(avis, bon=True)}<dl>{identite}</dl>\n{changer}<form method="post" action="/deconnexion">'
        f'{champ_jeton(jeton)}<button type="submit">Se déconnecter</button></form>\n',
        connecte=True,
    )


def choix_de_situation(situations: Sequence[str], choisie: int | None, jeton: str) -> str:
    """Une personne à plusieurs situations d'exercice dit dans laquelle elle agit."""
    options = "".join(
        f'<label><input type="radio" name="rang" value="{rang}" required{" checked" if rang == choisie else ""}> '
        f"{escape(libelle)}</label>\n"
        for rang, libelle in enumerate(situations, 1)
    )
    return page(
        "Votre situation d'exercice",
        f'<form method="post" action="/situation">{champ_jeton(jeton)}<fieldset>'
        f"<legend>Dans quelle situation exercez-vous aujourd'hui ?</legend>{options}</fieldset>"
        '<button type="submit">Continuer</button></form>\n',
        connecte=True,
    )


def retour_externe() -> str:
    """La connexion était demandée par le logiciel installé sur le poste : le navigateur a fini."""
    return page("Vous êtes connecté", "<p>Vous pouvez fermer cet onglet et revenir au logiciel.</p>", connecte=True)


def echec(texte: str) -> str:
    return page(
        "La connexion n'a pas abouti",
        f'{message(texte)}<p><a class="bouton" href="/connexion">Revenir à l\'écran de connexion</a></p>\n',
    )


def deconnecte(texte: str, fournisseurs: Sequence[str]) -> str:
    """Après la déconnexion : les fournisseurs d'identité de nouveau proposés, et le chemin de l'écran de connexion."""
    return page(
        "Vous êtes déconnecté",
        f"{message(texte, bon=True)}{_fournisseurs(fournisseurs)}"
        '<p><a href="/connexion">Se connecter autrement</a></p>\n',
    )


def introuvable() -> str:
    return page("Page introuvable", '<p><a href="/">Revenir à l\'accueil</a></p>')
