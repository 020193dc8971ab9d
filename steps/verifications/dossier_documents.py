"""Règles sur les documents du dossier : gardés tels que reçus, affichés, avec leur feuille de style."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.lecture import lire_cda
from steps.verifications.pdf.concordance import champs_attendus
from steps.verifications.presentation import FeuilleInapplicable, absents, appliquer, montre, sections, texte_affiche
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

_AFFICHAGE = "affichage du document dans le logiciel"

R_CDA_GARDE = Regle(
    "DOC-STOCK-01",
    "Un document CDA intégré est gardé tel que reçu",
    REM_BIO.format("CDA/INT.15"),
    Confiance.OFFICIELLE,
    "Gardez le fichier CDA reçu, octet pour octet, à côté de ce que vous en tirez.",
)
R_FEUILLE_GARDEE = Regle(
    "DOC-STOCK-02",
    "La feuille de style du producteur est gardée avec le document, quand il y en a une",
    REM_BIO.format("CDA/INT.15"),
    Confiance.OFFICIELLE,
    "Gardez la feuille de style qui accompagne un document reçu.",
)
R_ENTETE = Regle(
    "DOC-AFF-01",
    "L'en-tête du document CDA s'affiche",
    REM_BIO.format("CDA/INT.15"),
    Confiance.OFFICIELLE,
    "Affichez patient, date de naissance, titre, date, auteur et organisation du document.",
)
R_CORPS_N1 = Regle(
    "DOC-AFF-02",
    "Le corps d'un document CDA R2 N1 s'affiche",
    REM_BIO.format("CDA/INT.15"),
    Confiance.OFFICIELLE,
    "Affichez le PDF (ou le texte) que porte le document.",
)
R_RECIT = Regle(
    "DOC-AFF-03",
    "La partie narrative de chaque section d'un document CDA R2 N3 s'affiche",
    REM_BIO.format("CDA/INT.15"),
    Confiance.OFFICIELLE,
    "Affichez le titre et le texte de toutes les sections, sous-sections comprises.",
)
R_FEUILLE_APPLIQUEE = Regle(
    "DOC-AFF-04",
    "Un document N3 s'affiche avec la feuille de style de son producteur, sinon avec celle du logiciel",
    REM_BIO.format("CDA/INT.15"),
    Confiance.OFFICIELLE,
    "Appliquez la feuille de style qui accompagne le document ; à défaut seulement, la vôtre.",
)
R_FEUILLE_COMPLETE = Regle(
    "DOC-FEUILLE-01",
    "La feuille de style fournie montre aussi les sections ajoutées au volet",
    REM_BIO.format("CDA/INT.16"),
    Confiance.OFFICIELLE,
    "Rendez toutes les sections par une règle générale, pas seulement celles dont vous attendez le code.",
)


@dataclass(frozen=True, slots=True)
class Affichage:
    """Ce que le logiciel montre d'un document (réponse de l'action afficher_document)."""

    contenu: str = ""
    corps_sha256: str = ""
    cda_sha256: str = ""
    feuille_sha256: str = ""

    @classmethod
    def depuis(cls, donnees: Mapping[str, Any]) -> Affichage:
        """Champs absents ou nuls : chaîne vide."""
        return cls(
            str(donnees.get("affichage") or ""),
            str(donnees.get("corps_sha256") or "").lower(),
            str(donnees.get("cda_sha256") or "").lower(),
            str(donnees.get("feuille_style_sha256") or "").lower(),
        )


def empreinte(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()


# --------------------------------------------------------------------- garder
@verification(R_CDA_GARDE, R_FEUILLE_GARDEE)
def document_garde(affichage: Affichage, cda: bytes, feuille: bytes | None, quoi: str) -> list[Constat]:
    """Le CDA et la feuille de style gardés sont, octet pour octet, ceux qui ont été reçus."""
    if affichage.cda_sha256:
        garde = juger(
            R_CDA_GARDE,
            affichage.cda_sha256 == empreinte(cda),
            f"Le CDA gardé pour {quoi} n'est pas celui qui a été reçu.",
            attendu=f"SHA-256 {empreinte(cda)}",
            recu=f"SHA-256 {affichage.cda_sha256}",
            ou=quoi,
        )
    else:
        garde = R_CDA_GARDE.a_regarder(
            f"Le logiciel ne dit pas quel CDA il garde pour {quoi} : montrez le fichier stocké.", ou=quoi
        )
    if feuille is None:
        return [garde]
    if not (affichage.feuille_sha256 or affichage.cda_sha256):
        return [
            garde,
            R_FEUILLE_GARDEE.a_regarder(
                f"Le logiciel ne dit pas quelle feuille de style il garde avec {quoi} : montrez le fichier stocké.",
                ou=quoi,
            ),
        ]
    return [
        garde,
        juger(
            R_FEUILLE_GARDEE,
            affichage.feuille_sha256 == empreinte(feuille),
            f"La feuille de style du producteur n'est pas gardée avec {quoi}.",
            attendu=f"SHA-256 {empreinte(feuille)}",
            recu=f"SHA-256 {affichage.feuille_sha256}" if affichage.feuille_sha256 else "aucune feuille de style",
            ou=quoi,
        ),
    ]


# ------------------------------------------------------------------- afficher
@verification(R_ENTETE)
def entete_affiche(affichage: Affichage, cda: bytes, quoi: str) -> Constat:
    """Chaque donnée de l'en-tête du CDA se lit à l'écran, sous l'une de ses écritures françaises."""
    affiche = texte_affiche(affichage.contenu)
    attendus = champs_attendus(lire_cda(cda))
    manquants = [nom for nom, formes in attendus.items() if not any(montre(affiche, forme) for forme in formes)]
    return juger(
        R_ENTETE,
        not manquants,
        f"Des données de l'en-tête de {quoi} ne s'affichent pas : {', '.join(manquants)}.",
        attendu=" ; ".join(f"{nom} : {attendus[nom][0]}" for nom in manquants or attendus),
        recu=affiche[:300],
        ou=_AFFICHAGE,
    )


@verification(R_CORPS_N1)
def corps_n1_affiche(affichage: Affichage, cda: bytes, lignes: Sequence[str], quoi: str) -> Constat:
    """Le PDF affiché est celui du document, ou son texte (`lignes`) se lit à l'écran."""
    attendu = _empreinte_du_corps(cda)
    lu = not absents(texte_affiche(affichage.contenu), lignes) if lignes else False
    return juger(
        R_CORPS_N1,
        lu or bool(attendu and affichage.corps_sha256 == attendu),
        f"Le corps de {quoi} ne s'affiche pas.",
        attendu=f"le PDF du document, SHA-256 {attendu}, ou son texte",
        recu=f"SHA-256 {affichage.corps_sha256}" if affichage.corps_sha256 else "ni ce PDF, ni son texte",
        ou=_AFFICHAGE,
    )


def _empreinte_du_corps(cda: bytes) -> str:
    contenu = lire_cda(cda).contenu
    if contenu is None:
        return ""
    try:
        return empreinte(base64.b64decode("".join(contenu.texte.split()), validate=True))
    except binascii.Error:
        return ""


@verification(R_RECIT)
def recit_affiche(affichage: Affichage, cda: bytes, quoi: str) -> Constat:
    """Titre et textes de chaque section, sous-sections comprises."""
    lues = sections(cda)
    if not any(section.textes for section in lues):
        return R_RECIT.sans_objet(f"{quoi} n'a pas de section à afficher")
    affiche = texte_affiche(affichage.contenu)
    manques = {(s.titre or s.code): manque for s in lues if (manque := absents(affiche, [s.titre, *s.textes]))}
    return juger(
        R_RECIT,
        not manques,
        f"Des textes de {quoi} ne s'affichent pas ({len(manques)} section(s)).",
        attendu=" ; ".join(f"{titre} : {manque[0]!r}" for titre, manque in manques.items())
        or f"{len(lues)} sections entières",
        recu=affiche[:300] or "rien",
        ou=_AFFICHAGE,
    )


@verification(R_FEUILLE_APPLIQUEE)
def feuille_appliquee(affichage: Affichage, marque: str, *, producteur: bool, quoi: str) -> Constat:
    """`marque` : texte que seule la feuille de style du producteur écrit ; il ne doit paraître qu'avec elle."""
    affiche = texte_affiche(affichage.contenu)
    if not affiche:
        return R_FEUILLE_APPLIQUEE.sans_objet(f"rien n'est affiché pour {quoi}")
    vue = montre(affiche, marque)
    laquelle = "celle du producteur" if producteur else "celle du logiciel"
    return juger(
        R_FEUILLE_APPLIQUEE,
        vue is producteur,
        f"La feuille de style appliquée à {quoi} n'est pas {laquelle}.",
        attendu=f"affichage par {laquelle} : texte « {marque} » {'présent' if producteur else 'absent'}",
        recu=affiche[:300],
        ou=_AFFICHAGE,
    )


@verification(R_FEUILLE_COMPLETE)
def feuille_complete(cda: bytes, feuille: bytes | None, ajoutees: Sequence[tuple[str, str]], quoi: str) -> Constat:
    """La feuille fournie, appliquée au CDA produit, montre toutes les sections, `ajoutees` (titre, texte) comprises."""
    lues = sections(cda)
    portees = {texte for section in lues for texte in (section.titre, *section.textes)}
    perdues = [titre for titre, texte in ajoutees if absents(texte_affiche(" ".join(portees)), [titre, texte])]
    if not lues or perdues:
        return R_FEUILLE_COMPLETE.sans_objet(
            f"{quoi} ne porte pas les sections demandées ({', '.join(perdues) or 'aucune section'}) : la feuille de "
            "style ne peut pas être jugée"
        )
    if feuille is None:
        return R_FEUILLE_COMPLETE.a_regarder(
            "Le logiciel ne fournit pas de feuille de style : l'exigence ne porte que sur celle qu'il fournirait ; "
            "montrez comment le document s'affiche.",
            ou=quoi,
        )
    try:
        affiche = texte_affiche(appliquer(feuille, cda))
    except FeuilleInapplicable as erreur:
        return R_FEUILLE_COMPLETE.enfreinte(
            "La feuille de style fournie ne s'applique pas au document produit.",
            attendu="une feuille XSLT qui rend ce CDA",
            recu=str(erreur)[:300],
            ou="feuille de style",
        )
    manques = {(s.titre or s.code): manque for s in lues if (manque := absents(affiche, [s.titre, *s.textes]))}
    return juger(
        R_FEUILLE_COMPLETE,
        not manques,
        f"La feuille de style ne montre pas : {', '.join(manques)}.",
        attendu=" ; ".join(f"{titre} : {manque[0]!r}" for titre, manque in manques.items()) or f"{len(lues)} sections",
        recu=affiche[:300] or "rien",
        ou="CDA produit, rendu par la feuille de style fournie",
    )
