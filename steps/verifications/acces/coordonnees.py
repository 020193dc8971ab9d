"""Règles des coordonnées d'usagers : vérifiées avant de valoir, notifiées à l'ancienne quand elles changent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.constat import Confiance, Constat, Regle
from simulators.socle.echange import Echange
from steps.verifications.acces.contexte import REM, Compte
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification

_VERIFICATION = REM.format("SSI/IE.46, scénario SSI/IE.46.01")
_MODIFICATION = REM.format("SSI/IE.47, scénarios SSI/IE.47.01 et SSI/IE.47.02")
_OU = "fiche du compte"


def _regle(numero: str, titre: str, source: str, a_faire: str) -> Regle:
    return Regle(f"ACC-COO-{numero}", titre, source, Confiance.OFFICIELLE, a_faire)


R_NON_VERIFIEE = _regle(
    "01", "Une coordonnée neuve n'est pas validée avant sa vérification", _VERIFICATION,
    "Montrez la coordonnée comme non vérifiée tant que la personne ne l'a pas confirmée.",
)  # fmt: skip
R_MESSAGE = _regle(
    "02", "Un message de vérification est envoyé à la coordonnée elle-même", _VERIFICATION,
    "Envoyez à la nouvelle coordonnée un code ou un lien à usage unique.",
)  # fmt: skip
R_CODE_FAUX = _regle(
    "03", "Un code faux ne valide pas la coordonnée", _VERIFICATION,
    "Comparez le code à celui qui a été envoyé pour ce compte et cette coordonnée.",
)  # fmt: skip
R_CONFIRMEE = _regle(
    "04", "La coordonnée est validée une fois confirmée par le message reçu", _VERIFICATION,
    "Au bon code (ou au bon lien), montrez la coordonnée comme vérifiée.",
)  # fmt: skip
R_CHANGEMENT = _regle(
    "05", "Une coordonnée modifiée ne vaut pas avant sa vérification", _MODIFICATION,
    "Gardez l'ancienne coordonnée, ou montrez la nouvelle non vérifiée, jusqu'à la confirmation.",
)  # fmt: skip
R_ANCIENNE = _regle(
    "06", "La modification d'une coordonnée est notifiée à l'ancienne", _MODIFICATION,
    "Prévenez la personne à la coordonnée qui est remplacée.",
)  # fmt: skip
R_IDENTITE = _regle(
    "07", "La modification d'un attribut d'identité est notifiée à la personne", _MODIFICATION,
    "Prévenez la personne à sa coordonnée quand son identité est modifiée.",
)  # fmt: skip


@dataclass(frozen=True)
class MessageVu:
    """Un message remis à une adresse. `secrets` : codes et liens qu'il porte ; `numero` : son échange, s'il en a un."""

    adresse: str
    objet: str
    secrets: int
    numero: int | None = None


def messages_de(echanges: Sequence[Echange], adresse: str) -> list[MessageVu]:
    """Les messages que le relais a remis à cette adresse, dans l'ordre."""
    return [
        MessageVu(adresse, e.notes.get("objet", ""), int(e.notes.get("secrets_caches", "0")), e.numero)
        for e in echanges
        if e.operation == "message" and adresse.lower() in e.notes.get("destinataires", "").lower().split()
    ]


@verification(R_NON_VERIFIEE)
def non_verifiee_d_emblee(compte: Compte | None, champ: str = "courriel") -> Constat:
    """Avant toute confirmation, la fiche ne dit pas la coordonnée vérifiée."""
    if compte is None:
        return R_NON_VERIFIEE.sans_objet("le compte n'est pas affiché")
    verifiee = bool(compte.get(f"{champ}_verifie"))
    return juger(
        R_NON_VERIFIEE, not verifiee, "la coordonnée est tenue pour vérifiée avant toute confirmation",
        attendu=f"{champ} non vérifié", recu=f"{champ} {'vérifié' if verifiee else 'non vérifié'}", ou=_OU,
    )  # fmt: skip


@verification(R_MESSAGE)
def message_envoye(messages: Sequence[MessageVu], adresse: str) -> Constat:
    """Un message portant un code ou un lien est arrivé à cette adresse."""
    utiles = [m for m in messages if m.secrets]
    return juger(
        R_MESSAGE, bool(utiles), "aucun message de vérification n'est arrivé à la coordonnée",
        attendu=f"un message à {adresse}, avec un code ou un lien", recu=_lister(messages), ou="relais de courriels",
        echanges=_numeros(utiles),
    )  # fmt: skip


@verification(R_CODE_FAUX)
def code_faux_refuse(accepte: bool, compte: Compte | None, quoi: str, dit: str, *, champ: str = "courriel") -> Constat:
    """Le code faux est refusé, et la coordonnée reste non vérifiée."""
    verifiee = bool((compte or {}).get(f"{champ}_verifie"))
    return juger(
        R_CODE_FAUX, not accepte and not verifiee, f"{quoi} valide la coordonnée", attendu="refus, rien de vérifié",
        recu=f"{dit}, {champ} {'vérifié' if verifiee else 'non vérifié'}", ou="confirmation",
    )  # fmt: skip


@verification(R_CONFIRMEE)
def confirmee(compte: Compte | None, adresse: str, dit: str, *, champ: str = "courriel") -> Constat:
    """Après le bon code, la fiche porte cette coordonnée, vérifiée."""
    lu = str((compte or {}).get(champ) or "")
    tenue = lu.lower() == adresse.lower() and bool((compte or {}).get(f"{champ}_verifie"))
    return juger(
        R_CONFIRMEE, tenue, "la coordonnée confirmée n'est pas montrée vérifiée", attendu=f"{adresse}, vérifiée",
        recu=f"{lu or 'aucune'}, {'vérifiée' if (compte or {}).get(f'{champ}_verifie') else 'non vérifiée'} ({dit})",
        ou=_OU,
    )  # fmt: skip


@verification(R_CHANGEMENT)
def changement_en_attente(compte: Compte | None, nouvelle: str, *, champ: str = "courriel") -> Constat:
    """La nouvelle coordonnée n'est ni celle qui vaut, ni dite vérifiée."""
    if compte is None:
        return R_CHANGEMENT.sans_objet("le compte n'est pas affiché")
    lu, verifiee = str(compte.get(champ) or ""), bool(compte.get(f"{champ}_verifie"))
    return juger(
        R_CHANGEMENT, lu.lower() != nouvelle.lower() or not verifiee, "la nouvelle coordonnée vaut sans confirmation",
        attendu="ancienne coordonnée, ou nouvelle non vérifiée",
        recu=f"{lu}, {'vérifiée' if verifiee else 'non vérifiée'}", ou=_OU,
    )  # fmt: skip


@verification(R_ANCIENNE)
def ancienne_prevenue(messages: Sequence[MessageVu], ancienne: str) -> Constat:
    """Un message est arrivé à l'ancienne coordonnée depuis la demande."""
    return juger(
        R_ANCIENNE, bool(messages), "l'ancienne coordonnée n'a reçu aucune notification",
        attendu=f"un message à {ancienne}", recu=_lister(messages), ou="relais de courriels",
        echanges=_numeros(messages),
    )  # fmt: skip


@verification(R_IDENTITE)
def identite_notifiee(messages: Sequence[MessageVu], adresse: str) -> Constat:
    """Un message est arrivé à la personne depuis la modification de son identité."""
    return juger(
        R_IDENTITE, bool(messages), "la modification d'identité n'a été notifiée à aucune coordonnée",
        attendu=f"un message à {adresse}", recu=_lister(messages), ou="relais de courriels",
        echanges=_numeros(messages),
    )  # fmt: skip


def _lister(messages: Sequence[MessageVu]) -> str:
    return " ; ".join(f"« {m.objet} »{' avec code ou lien' if m.secrets else ''}" for m in messages) or "aucun message"


def _numeros(messages: Sequence[MessageVu]) -> tuple[int, ...]:
    return tuple(m.numero for m in messages if m.numero is not None)
