"""Ce que partagent les examens d'un fichier et ce qui les présente."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from reports.constat import Constat
from reports.verdict import Verdict, cumuler


class TypeFichier(StrEnum):
    """Type trouvé d'après le contenu ; la valeur est celle des sorties JSON."""

    CDA_N1 = "cda_n1"
    CDA_N3 = "cda_n3"
    PDF = "pdf"
    XDM = "xdm"
    METADATA = "metadata"
    SOAP_INSI = "soap_insi"
    SOAP_DMP = "soap_dmp"
    SAML = "saml"
    JWT = "jwt"
    HL7V2 = "hl7v2"
    COURRIEL = "courriel"
    KOS = "kos"
    INCONNU = "inconnu"


class Gravite(StrEnum):
    """Gravité d'un constat, telle qu'écrite dans les sorties."""

    ERREUR = "erreur"
    AVERTISSEMENT = "avertissement"
    INDETERMINE = "indetermine"
    REMARQUE = "remarque"
    RESPECTEE = "respectee"


_GRAVITES = {
    Verdict.NON_CONFORME: Gravite.ERREUR,
    Verdict.A_VERIFIER: Gravite.AVERTISSEMENT,
    Verdict.NON_CONCLUANT: Gravite.INDETERMINE,
}


def gravite(constat: Constat) -> Gravite:
    """Gravité d'un constat ; une remarque est un constat *conforme* qui porte un `attendu` (`Regle.signalee`)."""
    return _GRAVITES.get(constat.verdict) or (Gravite.REMARQUE if constat.attendu else Gravite.RESPECTEE)


@dataclass(frozen=True)
class ContexteControle:
    """Ce que l'utilisateur sait du fichier et que ses octets ne disent pas. Une valeur vide veut dire « inconnu ».

    `kit_ci_sis` : dossier du kit public de l'utilisateur. `volet` : schematron du volet à jouer, par son nom ; vide :
    déduit du document. `moteur` : `rapide` (le nôtre, Saxon pour ce qu'il ne sait pas) ou `saxon` (tout par Saxon).
    `cache` : dossier des compilations. `ancres` : certificats DER des autorités de confiance. `a_l_instant` : heure à
    laquelle juger les durées de validité ; None : celle que porte le fichier. `jwks` : clés publiques (JWKS) qui
    vérifient les jetons ; None : signature non vérifiée. `pdf_encapsules` : examiner les PDF que portent les CDA comme
    des fichiers (PDF/A-1, datamatrix), une demi-seconde chacun. `nil` : référence produit
    attendue dans X-MSS-NIL. `nom` : nom du fichier, pour les seules règles de nommage, jamais pour trouver le type.
    `maintenant` : heure du contrôle ; None : aucun document n'est jugé daté de l'avenir.
    """

    kit_ci_sis: Path | None = None
    volet: str = ""
    moteur: str = "rapide"
    cache: Path | None = None
    ancres: tuple[bytes, ...] = ()
    a_l_instant: datetime | None = None
    jwks: bytes | None = None
    pdf_encapsules: bool = False
    nil: str = ""
    nom: str = ""
    maintenant: datetime | None = None


@dataclass(frozen=True)
class Examen:
    """Ce qu'un examen rend : constats, et le périmètre, une phrase par étage joué ou non joué.

    `type` : le type affiné par l'examen (N1 ou N3 par exemple). `inclus` : examens des documents contenus (les CDA
    d'une archive, d'un message HL7 v2), avec leur nom dans le contenant.
    """

    type: TypeFichier
    constats: tuple[Constat, ...]
    perimetre: tuple[str, ...] = ()
    inclus: tuple[tuple[str, Examen], ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Cumul des constats, documents contenus compris ; aucun constat vaut *non concluant*."""
        return cumuler([c.verdict for c in self.constats] + [examen.verdict for _, examen in self.inclus])


Examinateur = Callable[[bytes, ContexteControle], Examen]


@dataclass(frozen=True)
class Controle:
    """Résultat du contrôle d'un fichier ; `duree` en secondes."""

    fichier: str
    examen: Examen
    duree: float = 0.0
    empreinte: str = ""
    taille: int = 0
    avertissements: tuple[str, ...] = field(default=())

    @property
    def verdict(self) -> Verdict:
        return self.examen.verdict


def constat_en_dict(constat: Constat) -> dict[str, Any]:
    """Forme publique d'un constat dans les sorties de `controler`."""
    return {
        "code": constat.code,
        "gravite": gravite(constat).value,
        "message": constat.message,
        "ou": constat.ou,
        "attendu": constat.attendu,
        "recu": constat.recu,
        "source": constat.source,
        "confiance": constat.confiance.value if constat.confiance else None,
        "a_faire": constat.a_faire,
    }
