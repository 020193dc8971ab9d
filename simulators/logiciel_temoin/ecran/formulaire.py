"""Le formulaire d'une fonction, engendré depuis ce qu'elle attend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from simulators.logiciel_temoin.ecran.balises import Html, b, joindre
from simulators.logiciel_temoin.ecran.chemins import descendre, rangs
from simulators.logiciel_temoin.ecran.contrat import OUVERT, Fonction, Schema, admet_nul, element, enfants, nature
from simulators.logiciel_temoin.ecran.noms import en_clair
from simulators.logiciel_temoin.ecran.saisie import TYPES_LIBRES

_LONGS = frozenset({"contenu", "corps", "texte"})
_AIDE_LONGUE = 300
_MASQUES = frozenset({"mot_de_passe", "nouveau_mot_de_passe", "ancien", "nouveau"})


@dataclass(frozen=True)
class Etat:
    """Ce que le formulaire montre : champs déjà remplis, lignes voulues par liste, champ fautif et son message."""

    champs: Mapping[str, str]
    ajout: str = ""
    retrait: str = ""
    fautif: str = ""
    message: str = ""


def formulaire(fonction: Fonction, etat: Etat) -> Html:
    """Le formulaire entier, sans script : ajouter ou retirer une ligne est un envoi qui le rend à nouveau."""
    champs = [_champ(nom, sous, nom, etat, obligatoire) for nom, sous, obligatoire in enfants(fonction.saisie)]
    vide = [] if champs else [b("p", "Rien à remplir.")]
    return b(
        "form",
        # Premier bouton de la page : c'est lui que la touche Entrée actionne, et non un retrait de ligne.
        b("button", "Valider", type="submit", class_="cache", tabindex="-1", aria_hidden="true"),
        *vide,
        *champs,
        b("p", b("button", "Valider", type="submit", id="valider")),
        method="post",
        action=f"/fonctions/{fonction.nom}",
        enctype="multipart/form-data",
        autocomplete="off",
    )


def _champ(nom: str, schema: Schema, chemin: str, etat: Etat, obligatoire: bool, vidable: bool = False) -> Html:
    match nature(schema):
        case "objet":
            return _objet(nom, schema, chemin, etat, obligatoire)
        case "liste":
            return _liste(nom, schema, chemin, etat, obligatoire)
        case _:
            return _controle(nom, schema, chemin, etat, obligatoire, vidable)


def _objet(nom: str, schema: Schema, chemin: str, etat: Etat, obligatoire: bool) -> Html:
    ouvert = bool(schema.get(OUVERT))
    champs = [
        _champ(n, sous, descendre(chemin, n), etat, tenu and obligatoire, ouvert) for n, sous, tenu in enfants(schema)
    ]
    if ouvert:
        autres = f"{chemin}@autres"
        zone = b("textarea", "\n", etat.champs.get(autres, ""), name=autres, id=autres, rows="2", spellcheck="false")
        champs.append(
            b(
                "div",
                _etiquette("Autres champs", autres, "objet JSON", False),
                _faute(autres, etat),
                zone,
                class_="champ",
            )
        )
    return b("fieldset", _legende(nom, schema, chemin, obligatoire), *champs, data_objet=chemin)


def _liste(nom: str, schema: Schema, chemin: str, etat: Etat, obligatoire: bool) -> Html:
    sous = element(schema)
    presents = [rang for rang in rangs(chemin, etat.champs) if descendre(chemin, rang) != etat.retrait]
    neuf = max(rangs(chemin, etat.champs), default=-1) + 1
    if etat.ajout == chemin or (not presents and obligatoire and etat.retrait.rpartition(".")[0] != chemin):
        presents.append(neuf)
    lignes = [_ligne(sous, descendre(chemin, rang), numero, etat) for numero, rang in enumerate(presents, 1)]
    ajouter = b(
        "button", "Ajouter une ligne", type="submit", name="_ajouter", value=chemin, class_="secondaire",
        aria_label=f"Ajouter une ligne à {en_clair(nom)}",
    )  # fmt: skip
    return b("fieldset", _legende(nom, schema, chemin, obligatoire), *lignes, ajouter, data_liste=chemin)


def _ligne(schema: Schema, chemin: str, numero: int, etat: Etat) -> Html:
    retirer = b(
        "button", "Retirer", type="submit", name="_retirer", value=chemin, class_="secondaire",
        aria_label=f"Retirer la ligne {numero}",
    )  # fmt: skip
    return b("div", _champ(f"Ligne {numero}", schema, chemin, etat, True), retirer, class_="ligne", data_ligne=chemin)


def _controle(nom: str, schema: Schema, chemin: str, etat: Etat, obligatoire: bool, vidable: bool) -> Html:
    genre = nature(schema)
    valeur = etat.champs.get(chemin, "")
    entree: list[Html]
    if genre in ("choix", "booleen"):
        entree = [_choix(schema, chemin, valeur, etat)]
    elif genre == "libre":
        entree = list(_libre(nom, schema, chemin, valeur, etat))
    elif nom.endswith("_base64") or nom in _LONGS:
        entree = [
            b(
                "textarea",
                "\n",
                valeur,
                name=chemin,
                id=chemin,
                rows="4",
                spellcheck="false",
                **_aides(schema, chemin, etat),
            ),
            b("label", "ou un fichier", b("input", type="file", name=f"{chemin}@fichier"), class_="option"),
        ]
    else:
        clavier = {"entier": "numeric", "nombre": "decimal"}.get(genre)
        masque = "password" if nom in _MASQUES else "text"
        entree = [
            b(
                "input",
                type=masque,
                name=chemin,
                id=chemin,
                value=valeur,
                inputmode=clavier,
                **_aides(schema, chemin, etat),
            )
        ]
    if genre == "texte" and admet_nul(schema):
        entree.append(_case(chemin, "nul", "sans valeur", etat))
    if genre == "texte" and vidable and not obligatoire:
        entree.append(_case(chemin, "vide", "donné, mais vide", etat))
    etiquette = _etiquette(en_clair(nom), chemin, "", obligatoire)
    return b("div", etiquette, _description(schema, chemin), _faute(chemin, etat), *entree, class_="champ")


def _choix(schema: Schema, chemin: str, valeur: str, etat: Etat) -> Html:
    if "enum" in schema:
        possibles = [
            {None: ("@nul", "(sans valeur)"), "": ("@vide", "(vide)")}.get(v, (str(v), _choix_en_clair(v)))
            for v in schema["enum"]
        ]
    else:
        possibles = [("oui", "Oui"), ("non", "Non")]
    options = [
        b("option", libelle, value=code, selected=code == valeur) for code, libelle in [("", "— choisir —"), *possibles]
    ]
    return b("select", *options, name=chemin, id=chemin, **_aides(schema, chemin, etat))


def _choix_en_clair(valeur: object) -> str:
    """Un code en capitales (QUAL, CARD) est déjà ce que l'utilisateur connaît."""
    code = str(valeur)
    return en_clair(code) if code.islower() else code


def _libre(nom: str, schema: Schema, chemin: str, valeur: str, etat: Etat) -> Iterator[Html]:
    """Nature, puis texte : le contrat ne dit pas ce que cette valeur doit être."""
    choisie = etat.champs.get(f"{chemin}@type", "")
    options = [b("option", dit, value=code, selected=code == choisie) for code, dit in TYPES_LIBRES.items()]
    yield b("select", *options, name=f"{chemin}@type", aria_label=f"Nature de : {en_clair(nom)}")
    yield b(
        "textarea", "\n", valeur, name=chemin, id=chemin, rows="3", spellcheck="false", **_aides(schema, chemin, etat)
    )


# -- étiquettes ----------------------------------------------------------------------------------------------------


def _etiquette(dit: str, chemin: str, precision: str, obligatoire: bool) -> Html:
    suite = [b("span", " (obligatoire)", class_="oblige")] if obligatoire else []
    fin = [f", {precision}"] if precision else []
    return b("label", dit, *fin, *suite, " ", b("code", chemin), for_=chemin)


def _legende(nom: str, schema: Schema, chemin: str, obligatoire: bool) -> Html:
    suite = " (obligatoire)" if obligatoire else ""
    dite = str(schema.get("description", ""))
    return joindre(
        [b("legend", en_clair(nom), suite, " ", b("code", chemin)), *([b("p", dite, class_="aide")] if dite else [])]
    )


def _description(schema: Schema, chemin: str) -> Html:
    dite = str(schema.get("description", ""))
    if len(dite) > _AIDE_LONGUE:
        return b("ul", *(b("li", morceau) for morceau in dite.split(" ; ")), class_="aide", id=f"{chemin}--aide")
    return b("p", dite, class_="aide", id=f"{chemin}--aide") if dite else Html()


def _faute(chemin: str, etat: Etat) -> Html:
    return (
        b("p", etat.message, class_="message", role="alert", id=f"{chemin}--faute") if chemin == etat.fautif else Html()
    )


def _aides(schema: Schema, chemin: str, etat: Etat) -> dict[str, str | bool | None]:
    """Ce qui relie le champ à son aide et à sa faute, pour un lecteur d'écran."""
    decrit = [f"{chemin}--aide"] if schema.get("description") else []
    fautif = chemin == etat.fautif
    decrit += [f"{chemin}--faute"] if fautif else []
    return {
        "aria_describedby": " ".join(decrit) or None,
        "aria_invalid": "true" if fautif else None,
        "autofocus": fautif or _dans_la_ligne_neuve(chemin, etat),
    }


def _dans_la_ligne_neuve(chemin: str, etat: Etat) -> bool:
    """Vrai pour les champs de la ligne qui vient d'être ajoutée ; le navigateur va au premier."""
    if not etat.ajout:
        return False
    neuf = descendre(etat.ajout, max(rangs(etat.ajout, etat.champs), default=-1) + 1)
    return chemin == neuf or chemin.startswith(f"{neuf}.")


def _case(chemin: str, quoi: str, dit: str, etat: Etat) -> Html:
    nom = f"{chemin}@{quoi}"
    return b(
        "label",
        b("input", type="checkbox", name=nom, value="1", checked=nom in etat.champs),
        f" {dit}",
        class_="option",
    )
