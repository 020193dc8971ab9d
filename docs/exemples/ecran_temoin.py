"""Exemple de script de page : pilote l'écran du logiciel témoin, comme le ferait celui d'un produit web.

Dans `logiciel.yaml` :

    adaptateur: {type: page, script: ecran_temoin.py, url: "http://127.0.0.1:8765"}

Le banc appelle une fonction par action du contrat (`python -m steps contrat --actions`) : `creer_patient(page,
utilisateur, parametres)`. `page` est une page Playwright ouverte dans Chromium, neuve à chaque scénario ;
`page.etape("…")` garde une capture d'écran de plus. La fonction rend un dictionnaire : `resultat` (`fait`, `refuse`,
`echec`, `non_gere`), `messages` (ce que l'utilisateur a vu), `donnees` (ce que le contrat demande, relevé à l'écran).

L'écran du témoin a la même forme pour toutes ses fonctions : une seule fonction les joue donc toutes, et `ACTIONS` dit
lesquelles. Un vrai produit a plutôt une fonction par action, qui clique là où l'utilisateur clique.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


def apropos(page: Page) -> dict[str, Any]:
    """Nom et version, lus dans la page « À propos »."""
    page.goto("/a-propos")
    return lire_donnees(page)


def jouer(action: str, page: Page, utilisateur: str, parametres: dict[str, Any]) -> dict[str, Any]:
    """Ouvre la session de l'utilisateur, remplit le formulaire de la fonction, relève le résultat affiché."""
    prendre_le_compte(page, utilisateur)
    page.goto(f"/fonctions/{action}")
    valeurs = dict(aplatir("", parametres))
    while liste := liste_trop_courte(page, valeurs):
        page.locator(f'button[name="_ajouter"][value={guillemets(liste)}]').click()
    noms = set(page.locator("main form [name]").evaluate_all("champs => champs.map(c => c.name)"))
    for chemin, valeur in valeurs.items():
        saisir(page, chemin, valeur, parametres, noms)
    page.etape("formulaire rempli")  # type: ignore[attr-defined]
    page.locator("#valider").click()
    resultat = page.locator("[data-resultat]").get_attribute("data-resultat")
    messages = page.locator("#messages li").all_text_contents()
    return {"resultat": resultat, "messages": messages, "donnees": lire_donnees(page)}


def prendre_le_compte(page: Page, utilisateur: str) -> None:
    """Choisit le compte qui agit, s'il n'est pas déjà celui de la session."""
    ouvert = page.locator("[data-compte]")
    if ouvert.count() == 0 or ouvert.get_attribute("data-compte") != utilisateur:
        page.goto("/compte")
        page.locator(f'input[name="compte"][value={guillemets(utilisateur)}]').check()
        page.locator("#ouvrir").click()


# -- saisir --------------------------------------------------------------------------------------------------------


def aplatir(chemin: str, valeur: Any) -> list[tuple[str, Any]]:
    """Chaque valeur simple et son chemin : `identite.nom_naissance`, `analyses.0.code`."""
    if isinstance(valeur, dict) and valeur:
        return [f for cle, v in valeur.items() for f in aplatir(f"{chemin}.{cle}" if chemin else cle, v)]
    if isinstance(valeur, list) and valeur:
        return [f for rang, v in enumerate(valeur) for f in aplatir(f"{chemin}.{rang}", v)]
    return [(chemin, valeur)] if chemin else []


def liste_trop_courte(page: Page, valeurs: dict[str, Any]) -> str:
    """La première liste du formulaire qui a moins de lignes que de valeurs à saisir."""
    for liste in page.locator("fieldset[data-liste]").all():
        chemin = liste.get_attribute("data-liste") or ""
        voulues = {c[len(chemin) + 1 :].split(".")[0] for c in valeurs if c.startswith(f"{chemin}.")}
        if liste.locator(":scope > [data-ligne]").count() < len(voulues):
            return chemin
    return ""


def saisir(page: Page, chemin: str, valeur: Any, parametres: dict[str, Any], noms: set[str]) -> None:
    """Remplit un champ selon ce qu'il est ; une valeur que le formulaire laisse libre y entre en JSON."""
    if chemin not in noms or f"{chemin}@type" in noms:
        saisir_libre(page, chemin, parametres, noms)
    elif valeur is None and f"{chemin}@nul" in noms:
        champ(page, f"{chemin}@nul").check()
    elif champ(page, chemin).evaluate("e => e.tagName") == "SELECT":
        codes = {True: "oui", False: "non", None: "@nul", "": "@vide"}
        champ(page, chemin).select_option(codes.get(valeur, str(valeur)))
    elif valeur == "" and f"{chemin}@vide" in noms:
        champ(page, f"{chemin}@vide").check()
    elif not isinstance(valeur, dict | list):
        champ(page, chemin).fill(str(valeur).replace("\r", "\n"))


def saisir_libre(page: Page, chemin: str, parametres: dict[str, Any], noms: set[str]) -> None:
    """Remplit le champ libre qui contient ce chemin : sa nature d'abord, puis la valeur entière."""
    morceaux = chemin.split(".")
    while morceaux:
        nom = ".".join(morceaux)
        valeur: Any = parametres
        for morceau in morceaux:
            valeur = valeur[int(morceau)] if isinstance(valeur, list) else valeur[morceau]
        if f"{nom}@type" in noms:
            champ(page, f"{nom}@type").select_option("json")
            champ(page, nom).fill(json.dumps(valeur, ensure_ascii=False))
            return
        if f"{nom}@autres" in noms:
            connus = {autre[len(nom) + 1 :].split(".")[0] for autre in noms if autre.startswith(f"{nom}.")}
            hors = {cle: v for cle, v in valeur.items() if cle not in connus}
            champ(page, f"{nom}@autres").fill(json.dumps(hors, ensure_ascii=False))
            return
        morceaux.pop()


def champ(page: Page, nom: str) -> Locator:
    """Le champ de ce nom."""
    return page.locator(f"[name={guillemets(nom)}]")


def guillemets(texte: str) -> str:
    """Le texte entre guillemets, pour un sélecteur CSS."""
    return json.dumps(texte, ensure_ascii=False)


# -- relever -------------------------------------------------------------------------------------------------------


def lire_donnees(page: Page) -> dict[str, Any]:
    """Les valeurs affichées, rangées d'après leur chemin."""
    lues = page.locator("[data-chemin][data-type]").evaluate_all(
        "elements => elements.map(e => [e.dataset.chemin, e.dataset.type, e.textContent])"
    )
    donnees: dict[str, Any] = {}
    for chemin, nature, texte in lues:
        if not chemin:
            continue
        *ancetres, dernier = chemin.split(".")
        ou = donnees
        for ancetre in ancetres:
            ou = ou.setdefault(ancetre, {})
        ou[dernier] = lire_valeur(nature, texte)
    return {cle: en_listes(valeur) for cle, valeur in donnees.items()}


def lire_valeur(nature: str, texte: str) -> Any:
    """La valeur, d'après sa nature et le texte affiché."""
    match nature:
        case "nombre":
            return json.loads(texte)
        case "booleen":
            return texte == "Oui"
        case "nul":
            return None
        case "vide":
            return ""
        case "liste_vide":
            return []
        case "objet_vide":
            return {}
        case _:
            return texte


def en_listes(valeur: Any) -> Any:
    """Un objet dont les clés sont 0, 1, 2… était une liste."""
    if not isinstance(valeur, dict):
        return valeur
    lus = {cle: en_listes(element) for cle, element in valeur.items()}
    return list(lus.values()) if lus and list(lus) == [str(rang) for rang in range(len(lus))] else lus


ACTIONS = {
    nom: partial(jouer, nom)
    for nom in (
        "creer_patient",
        "lire_patient",
        "modifier_patient",
        "rechercher_patients",
        "renseigner_justificatif",
        "valider_identite",
        "attribuer_attribut",
        "lire_historique_statuts",
        "appeler_insi",
        "verifier_ins",
        "recevoir_message",
        "recevoir_document",
        "transmettre_identite",
        "lire_messages_emis",
        "lire_liste_travail",
        "lire_traces",
        "configurer",
        "lire_configuration",
        "valider_compte_rendu",
        "lister_documents",
        "editer_document",
        "exporter_document",
        "afficher_document",
        "alimenter_dmp",
        "consulter_dmp",
    )
}
"""Les actions que ce script joue ; les autres sont à un autre adaptateur, ou à une personne."""
