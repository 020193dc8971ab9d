"""Règles de ce que la fiche montre : champs affichés, libellés, nature du matricule, verrous visibles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.flux.identite import comparable
from steps.patients import nommer
from steps.verifications.pdf.etiquettes import motif_date, motif_sexe
from steps.verifications.registre import verification
from steps.verifications.sources import GUIDE_INS

_OU_FICHE = "fiche du patient"

R_NIR_SOINS = Regle(
    "IDE-NSS-01",
    "Le numéro de sécurité sociale a son propre champ, dont le libellé ne dit pas « INS »",
    GUIDE_INS.format(1),
    Confiance.OFFICIELLE,
    "Séparez ce champ du matricule INS et retirez le mot « INS » de son libellé.",
)
R_VERROU_VISIBLE = Regle(
    "IDE-VERROU-02",
    "Le caractère non modifiable des traits stricts est mis en évidence",
    GUIDE_INS.format(26),
    Confiance.OFFICIELLE,
    "Montrez à l'écran que ces champs sont verrouillés (grisé, cadenas…).",
)
R_AFFICHAGE = Regle(
    "IDE-AFFICHAGE-01",
    "Nom de naissance, premier prénom, date de naissance et sexe sont toujours affichés",
    GUIDE_INS.format(3),
    Confiance.OFFICIELLE,
    "Affichez toujours ces quatre champs, quel que soit le paramétrage.",
)
R_AFFICHAGE_LIBELLE = Regle(
    "IDE-AFFICHAGE-02",
    "Le libellé de chaque champ d'identité est sans équivoque",
    GUIDE_INS.format(3),
    Confiance.OFFICIELLE,
    "Employez le libellé complet ou l'abréviation du RNIV, par exemple « Nom de naissance » ou « N. Nais. ».",
)
R_AFFICHAGE_PARAMETRE = Regle(
    "IDE-AFFICHAGE-03",
    "Chacun des dix champs peut être affiché, par défaut ou par paramétrage",
    GUIDE_INS.format(3),
    Confiance.OFFICIELLE,
    "Permettez d'afficher chacun des dix champs.",
)
R_NATURE_MATRICULE = Regle(
    "IDE-AFFICHAGE-04",
    "Le matricule INS affiché est suivi de sa nature, NIR ou NIA",
    GUIDE_INS.format(3),
    Confiance.OFFICIELLE,
    "Affichez « NIR » ou « NIA » après le matricule, selon son OID.",
)
R_DATE_LISIBLE = Regle(
    "IDE-AFFICHAGE-05",
    "La date de naissance est affichée au format JJ/MM/AAAA",
    GUIDE_INS.format(6),
    Confiance.OFFICIELLE,
    "Affichez la date rendue par INSi (AAAA-MM-JJ) sous la forme JJ/MM/AAAA.",
)
LIBELLES_ADMIS: Mapping[str, tuple[str, ...]] = {
    "matricule_ins": ("matricule ins", "ins"),
    "oid_ins": ("oid", "nature du matricule ins", "nir", "nia", "oid du matricule ins", "oid ins"),
    "nom_naissance": ("nom de naissance", "n. nais."),
    "premier_prenom_naissance": ("1er prenom de naissance", "premier prenom de naissance", "pr. 1"),
    "prenoms_naissance": (
        "prenom(s) de naissance",
        "prenoms de naissance",
        "liste des prenom(s) de naissance",
        "liste des prenoms de naissance",
        "pr. nais.",
    ),
    "date_naissance": ("date de naissance", "ddn"),
    "sexe": ("sexe", "s."),
    "code_lieu_naissance": (
        "code lieu naissance",
        "code lieu de naissance",
        "lieu de naissance - code insee",
        "code insee du lieu de naissance",
        "insee nais.",
    ),
    "nom_utilise": ("nom utilise", "n. ut."),
    "prenom_utilise": ("prenom utilise", "pr. ut."),
}
"""Libellés que le REM donne en exemple, sans accents ni majuscules ; d'autres libellés vont à une personne."""
_OBLIGATOIRES_A_L_ECRAN = ("nom_naissance", "premier_prenom_naissance", "date_naissance", "sexe")
_OID_NIA = "1.2.250.1.213.1.4.9"


@verification(R_NIR_SOINS)
def numero_securite_sociale_distinct(champs: Sequence[Mapping[str, Any]], matricule: str = "") -> Constat:
    """Le champ du numéro de sécurité sociale, s'il existe, est distinct et son libellé ne dit pas INS.

    `matricule` : matricule INS du patient quand un autre numéro a été donné au champ ; il ne doit pas s'y montrer.
    """
    par_nom = {str(champ.get("champ")): champ for champ in champs}
    champ = par_nom.get("numero_securite_sociale")
    if champ is None:
        return R_NIR_SOINS.a_regarder(
            "le logiciel ne montre aucun champ de numéro de sécurité sociale : déclarer qu'il ne le recueille pas",
            recu=", ".join(par_nom),
            ou=_OU_FICHE,
        )
    libelle = str(champ.get("libelle", ""))
    montre = re.sub(r"\W", "", str(champ.get("valeur", "")))
    if re.search(r"\bINS\b", libelle, re.IGNORECASE) or (matricule and matricule[:13] in montre):
        return R_NIR_SOINS.enfreinte(
            "le champ du numéro de sécurité sociale se confond avec le matricule INS",
            attendu="un champ distinct, sans le mot « INS » dans son libellé",
            recu=f"{libelle!r} : {champ.get('valeur', '')!r}",
            ou=_OU_FICHE,
        )
    if "matricule_ins" not in par_nom:
        return R_NIR_SOINS.a_regarder(
            "le champ du matricule INS n'est pas à l'écran : montrer les deux champs ensemble",
            recu=", ".join(par_nom),
            ou=_OU_FICHE,
        )
    return R_NIR_SOINS.respectee(recu=libelle, ou=_OU_FICHE)


@verification(R_VERROU_VISIBLE)
def verrou_visible(champs: Sequence[Mapping[str, Any]], noms: Collection[str], *, verrouille: bool) -> Constat:
    """Le verrou est mis en évidence sur ces champs, et seulement quand ils sont verrouillés.

    `verrouille` faux (contrôle positif) : un logiciel peut verrouiller davantage que la règle, mais pas tout, et il ne
    montre pas comme verrouillé un champ modifiable. Un champ qui n'est pas à l'écran ne montre rien.
    """
    montres = {str(c.get("champ")): c for c in champs if c.get("affiche", True) and c.get("champ") in noms}
    verrous = {nom: c.get("verrou_visible") for nom, c in montres.items()}
    if verrouille:
        faux = [nom for nom, verrou in verrous.items() if verrou is False]
    else:
        faux = [nom for nom, verrou in verrous.items() if verrou and montres[nom].get("modifiable")]
        if verrous and all(verrous.values()):
            faux = list(verrous)
    if faux:
        voulu = "mis en évidence comme non modifiables" if verrouille else "montrés comme modifiables"
        return R_VERROU_VISIBLE.enfreinte(
            f"champ(s) mal signalés : {', '.join(map(nommer, faux))}",
            attendu=voulu,
            recu=_lister((nom, verrous[nom]) for nom in faux),
            ou=_OU_FICHE,
        )
    muets = [nom for nom in noms if verrous.get(nom) is None]
    if muets:
        return R_VERROU_VISIBLE.a_regarder(
            f"champ(s) absents de l'écran, ou mise en évidence non relevée : {', '.join(map(nommer, muets))}",
            recu=_lister(verrous.items()),
            ou=_OU_FICHE,
        )
    etat = "verrouillés et signalés" if verrouille else "modifiables et montrés comme tels"
    return R_VERROU_VISIBLE.respectee(f"{len(noms)} champs {etat}", ou=_OU_FICHE)


@verification(R_AFFICHAGE)
def champs_toujours_affiches(
    champs: Sequence[Mapping[str, Any]], circonstance: str, identite: Mapping[str, Any] | None = None
) -> Constat:
    """Les quatre champs obligatoires sont affichés, avec la valeur du patient si `identite` est donnée."""
    montres = {str(c.get("champ")): c for c in champs if c.get("affiche")}
    manquants = [
        nom
        for nom in _OBLIGATOIRES_A_L_ECRAN
        if not _montre(nom, str(montres.get(nom, {}).get("valeur", "")), (identite or {}).get(nom))
    ]
    if manquants:
        return R_AFFICHAGE.enfreinte(
            f"champ(s) obligatoires absents de l'écran {circonstance} : {', '.join(map(nommer, manquants))}",
            attendu=", ".join(_OBLIGATOIRES_A_L_ECRAN),
            recu=_lister((nom, c.get("valeur")) for nom, c in montres.items()) or "aucun champ",
            ou=_OU_FICHE,
        )
    return R_AFFICHAGE.respectee(f"les quatre champs obligatoires sont affichés {circonstance}", ou=_OU_FICHE)


@verification(R_AFFICHAGE_LIBELLE)
def libelles_sans_equivoque(champs: Sequence[Mapping[str, Any]]) -> list[Constat]:
    """Chaque libellé affiché est connu ; inconnu, il va à une personne ; trompeur, il est non conforme."""
    constats = []
    for champ in champs:
        nom, libelle = str(champ.get("champ")), str(champ.get("libelle", ""))
        admis = LIBELLES_ADMIS.get(nom)
        if admis is None or not champ.get("affiche"):
            continue
        normal = normaliser_libelle(libelle)
        if normal in admis:
            constats.append(R_AFFICHAGE_LIBELLE.respectee(f"{nom} : « {libelle} »", recu=libelle, ou=_OU_FICHE))
        elif not normal or any(normal in autres for autre, autres in LIBELLES_ADMIS.items() if autre != nom):
            constats.append(
                R_AFFICHAGE_LIBELLE.enfreinte(
                    f"le libellé du champ « {nommer(nom)} » est trompeur ou vide",
                    attendu=" ou ".join(admis),
                    recu=repr(libelle),
                    ou=_OU_FICHE,
                )
            )
        else:
            constats.append(
                R_AFFICHAGE_LIBELLE.a_regarder(
                    f"libellé « {libelle} » du champ « {nommer(nom)} » : dire s'il est sans équivoque",
                    recu=libelle,
                    ou=_OU_FICHE,
                )
            )
    return constats or [R_AFFICHAGE_LIBELLE.sans_objet("aucun champ d'identité affiché")]


@verification(R_AFFICHAGE_PARAMETRE)
def champs_affichables(affiches: Collection[str], attendus: Collection[str]) -> Constat:
    """Chacun des champs est affiché une fois le paramétrage fait."""
    manquants = [nom for nom in attendus if nom not in affiches]
    if manquants:
        return R_AFFICHAGE_PARAMETRE.enfreinte(
            f"champ(s) qu'aucun paramétrage n'affiche : {', '.join(map(nommer, manquants))}",
            attendu=", ".join(attendus),
            recu=", ".join(affiches),
            ou="paramétrage de l'affichage",
        )
    return R_AFFICHAGE_PARAMETRE.respectee(f"{len(attendus)} champs affichables", ou="paramétrage de l'affichage")


@verification(R_NATURE_MATRICULE)
def nature_du_matricule(valeur_affichee: str, matricule: str, oid: str, autres: Sequence[str] = ()) -> Constat:
    """Le matricule affiché est complet et suivi de sa nature.

    `autres` : libellé et valeur du champ de l'OID, que le REM permet de remplacer par la nature du matricule.
    """
    nature = "NIA" if oid == _OID_NIA else "NIR"
    sans_espaces = re.sub(r"[\s\u00a0\u202f.]", "", valeur_affichee)
    if sans_espaces == matricule and any(re.search(rf"\b{nature}\b", autre.upper()) for autre in autres):
        return R_NATURE_MATRICULE.a_regarder(
            "la nature est dans un autre champ que le matricule : dire si elle le suit à l'écran",
            recu=f"{valeur_affichee} ; {' ; '.join(autres)}",
            ou=_OU_FICHE,
        )
    if matricule not in sans_espaces or nature not in sans_espaces.split(matricule, 1)[-1].upper():
        return R_NATURE_MATRICULE.enfreinte(
            "le matricule INS affiché n'est pas suivi de sa nature",
            attendu=f"{matricule} {nature}",
            recu=repr(valeur_affichee),
            ou=_OU_FICHE,
        )
    return R_NATURE_MATRICULE.respectee(recu=valeur_affichee, ou=_OU_FICHE)


@verification(R_DATE_LISIBLE)
def date_lisible(affichee: str, attendue: str) -> Constat:
    """La date montrée est celle d'INSi, en JJ/MM/AAAA."""
    # L'âge peut suivre la date, sans rien y changer.
    if not re.search(rf"(?<!\d){re.escape(attendue)}(?!\d)", affichee):
        return R_DATE_LISIBLE.enfreinte(
            "date de naissance affichée autrement", attendu=attendue, recu=repr(affichee), ou=_OU_FICHE
        )
    return R_DATE_LISIBLE.respectee(recu=affichee, ou=_OU_FICHE)


def normaliser_libelle(libelle: str) -> str:
    """Libellé sans accent, sans deux-points final, en minuscules, espaces réduits."""
    decompose = unicodedata.normalize("NFD", libelle)
    nu = "".join(c for c in decompose if not unicodedata.combining(c)).replace("’", "'").lower()
    return re.sub(r"\s+", " ", nu).strip(" :").replace("1ᵉʳ", "1er")


def _montre(champ: str, affichee: str, attendue: Any) -> bool:
    if not affichee.strip() or not attendue:
        return bool(affichee.strip())
    if champ == "date_naissance":
        return re.search(rf"(?<!\d){motif_date(str(attendue))}(?!\d)", comparable(affichee)) is not None
    if champ == "sexe":
        return re.fullmatch(motif_sexe(str(attendue)), comparable(affichee)) is not None
    return comparable(str(attendue)) in comparable(affichee)


def _lister(couples: Any) -> str:
    return ", ".join(f"{nom} = {valeur!r}" for nom, valeur in couples)
