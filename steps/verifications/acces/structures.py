"""Règles des structures tierces : leurs identifiants, et leur connexion par certificat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.constat import Confiance, Constat, Regle
from simulators.socle.echange import Echange
from steps.verifications.acces.contexte import REM, Compte
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification

_IDENTIFIANTS = REM.format("SSI/IE.42, scénario SSI/IE.42.01")
_CERTIFICAT = REM.format("SSI/IE.43, scénario SSI/IE.43.01")
_PORTE = "accès des structures tierces"


def _regle(numero: str, titre: str, source: str, a_faire: str, confiance: Confiance = Confiance.OFFICIELLE) -> Regle:
    return Regle(f"ACC-STR-{numero}", titre, source, confiance, a_faire)


R_FINESS = _regle(
    "01", "Une structure tierce s'identifie par son FINESS juridique ou géographique", _IDENTIFIANTS,
    "Acceptez le FINESS et gardez-le tel quel, avec sa nature.",
)  # fmt: skip
R_SIREN = _regle(
    "02", "Une structure tierce s'identifie par son SIREN ou son SIRET", _IDENTIFIANTS,
    "Acceptez le SIREN ou le SIRET et gardez-le tel quel, avec sa nature.",
)  # fmt: skip
R_RPPS_RANG = _regle(
    "03", "Une structure tierce s'identifie par son RPPS-rang",
    _IDENTIFIANTS + " ; forme (RPPS suivi d'un rang de 3 chiffres) déduite",
    "Acceptez le RPPS suivi du rang du cabinet.", Confiance.DEDUITE,
)  # fmt: skip
R_CLE = _regle(
    "04", "Un identifiant de structure dont la clé de contrôle est fausse est refusé", _IDENTIFIANTS,
    "Contrôlez la clé (Luhn) du FINESS, du SIREN, du SIRET et du RPPS avant d'enregistrer.", Confiance.DEDUITE,
)  # fmt: skip
R_VALIDE = _regle(
    "10", "Une structure déclarée se connecte avec son certificat valide", _CERTIFICAT,
    "Acceptez un certificat d'authentification valide d'une structure qui a un compte.",
)  # fmt: skip
R_REVOQUE = _regle(
    "11", "Une connexion par un certificat révoqué est refusée", _CERTIFICAT,
    "Contrôlez la révocation (CRL ou OCSP) à chaque connexion, et refusez ce qui est révoqué.",
)  # fmt: skip
R_SANS = _regle(
    "12", "Une connexion sans certificat est refusée", REM.format("SSI/IE.43"),
    "Exigez un certificat client de toute structure tierce.",
)  # fmt: skip
R_AUTRE_AUTORITE = _regle(
    "13", "Un certificat d'une autorité non admise est refusé", REM.format("SSI/IE.43"),
    "Ne croyez que les autorités configurées pour les structures tierces.",
)  # fmt: skip
R_AUTRE_STRUCTURE = _regle(
    "14", "Un certificat valide d'une structure sans compte est refusé", REM.format("SSI/IE.42 et SSI/IE.43"),
    "Rapprochez le certificat d'un compte de structure ; sans compte, refusez.",
)  # fmt: skip
R_EXPIRE = _regle(
    "15", "Un certificat expiré est refusé", REM.format("SSI/IE.43"), "Contrôlez les dates du certificat.",
    Confiance.DEDUITE,
)  # fmt: skip

_FAMILLES = {
    "finess_juridique": R_FINESS,
    "finess_geographique": R_FINESS,
    "siren": R_SIREN,
    "siret": R_SIREN,
    "rpps_rang": R_RPPS_RANG,
}
REFUS = {
    "revoque": R_REVOQUE,
    "sans": R_SANS,
    "autre_autorite": R_AUTRE_AUTORITE,
    "autre_structure": R_AUTRE_STRUCTURE,
    "expire": R_EXPIRE,
}
"""Ce qui est présenté et doit être refusé, et sa règle."""


@dataclass(frozen=True)
class Declaration:
    """Une structure déclarée : l'identifiant saisi, le compte relu (None s'il est refusé), ce que le logiciel a dit."""

    genre: str
    valeur: str
    compte: Compte | None
    dit: str

    @property
    def lu(self) -> Mapping[str, Any]:
        """L'identifiant que le compte porte."""
        porte: Mapping[str, Any] = (self.compte or {}).get("identifiant_structure") or {}
        return porte

    @property
    def fidele(self) -> bool:
        """Vrai si le compte porte l'identifiant saisi, sous la même nature ou l'autre de la même famille."""
        meme_valeur = "".join(str(self.lu.get("valeur", "")).split()) == self.valeur
        return meme_valeur and _FAMILLES.get(str(self.lu.get("type"))) is _FAMILLES[self.genre]

    @property
    def recu(self) -> str:
        """« siret 123… : enregistrée (fait) »."""
        garde = f"{self.lu.get('type')} {self.lu.get('valeur')}" if self.compte is not None else "refusée"
        return f"{self.genre} {self.valeur} : {garde} ({self.dit})"


@verification(R_FINESS, R_SIREN, R_RPPS_RANG)
def familles_identifiees(declarations: Sequence[Declaration]) -> list[Constat]:
    """Pour chaque famille, une nature au moins est admise ; ce qui est admis se relit tel que saisi."""
    constats = []
    for regle, famille in ((R_FINESS, "FINESS"), (R_SIREN, "SIREN ou SIRET"), (R_RPPS_RANG, "RPPS-rang")):
        siennes = [d for d in declarations if _FAMILLES[d.genre] is regle]
        if not siennes:
            constats.append(regle.sans_objet(f"aucune structure n'a été déclarée par son {famille}"))
            continue
        admises = [d for d in siennes if d.compte is not None]
        constats.append(
            juger(
                regle, bool(admises) and all(d.fidele for d in admises),
                f"aucune structure n'est enregistrée sous son {famille}" if not admises
                else f"le {famille} enregistré n'est pas celui qui a été saisi",
                attendu="compte créé, portant l'identifiant saisi", recu=" ; ".join(d.recu for d in siennes),
                ou="compte de la structure",
            )
        )  # fmt: skip
    return constats


@verification(R_CLE)
def cle_controlee(genre: str, valeur: str, accepte: bool, dit: str, *, controle: bool) -> Constat:
    """L'identifiant faux est refusé, alors que le même, juste, est accepté."""
    if not controle:
        return R_CLE.sans_objet(f"le {genre} juste est refusé lui aussi : le refus du faux ne prouve rien")
    return juger(
        R_CLE, not accepte, f"un {genre} dont la clé est fausse est accepté", attendu="refus",
        recu=f"{valeur} : {dit}", ou="création du compte de la structure",
    )  # fmt: skip


@verification(R_VALIDE)
def valide_accepte(echange: Echange | None) -> Constat:
    """La connexion du banc par un certificat valide est acceptée."""
    if echange is None:
        return R_VALIDE.sans_objet("aucune connexion par un certificat valide n'a été essayée")
    return juger(
        R_VALIDE, acceptee(echange), "une structure déclarée est refusée malgré son certificat valide",
        attendu="réponse 2xx ou 3xx", recu=issue(echange), ou=_PORTE, echanges=(echange.numero,),
    )  # fmt: skip


@verification(*REFUS.values())
def refuse(cas: str, echanges: Sequence[Echange]) -> Constat:
    """La connexion qui présente ce cas est refusée, alors que la connexion valide a été acceptée."""
    regle = REFUS[cas]
    vues = [e for e in echanges if e.notes.get("presente") == cas]
    if not vues:
        return regle.sans_objet(f"aucune connexion de ce cas ({cas}) n'a été essayée")
    if not any(acceptee(e) for e in echanges if e.notes.get("presente") == "valide"):
        return regle.sans_objet("la connexion par un certificat valide est refusée aussi : le refus ne prouve rien")
    fautives = [e for e in vues if acceptee(e)]
    return juger(
        regle, not fautives, f"la connexion est acceptée : {vues[0].notes.get('certificat', cas)}",
        attendu="refus (poignée de main, 401 ou 403)", recu=" ; ".join(map(issue, vues)), ou=_PORTE,
        echanges=tuple(e.numero for e in vues),
    )  # fmt: skip


def acceptee(echange: Echange) -> bool:
    """Vrai si le logiciel a répondu 2xx ou 3xx."""
    return echange.reponse is not None and 200 <= echange.reponse.statut < 400


def issue(echange: Echange) -> str:
    """Statut HTTP, ou raison de la poignée de main refusée."""
    if echange.reponse is not None:
        return f"HTTP {echange.reponse.statut}"
    return echange.notes.get("refus", "connexion fermée sans réponse")
