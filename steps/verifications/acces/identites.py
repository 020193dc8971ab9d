"""Règles des attributs d'un professionnel, de leur modification et de ses coordonnées."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.acces.contexte import REM, Compte, ecarts, en_phrase, en_texte, lister
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification

_IE31 = REM.format("SSI/IE.31, scénario SSI/IE.31.01")
_IE32 = REM.format("SSI/IE.32, scénario SSI/IE.32.01")

R_EN_ATTENTE = Regle(
    "ACC-ADR-01", "Une adresse n'est pas vérifiée tant que le professionnel ne l'a pas confirmée", _IE31,
    Confiance.OFFICIELLE, "À la création et à chaque changement, tenez l'adresse pour non vérifiée.",
)  # fmt: skip
R_MESSAGE = Regle(
    "ACC-ADR-02", "Un message de vérification part vers l'adresse donnée", _IE31,
    Confiance.OFFICIELLE, "Envoyez un lien unique ou un code à l'adresse elle-même.",
)  # fmt: skip
R_CONFIRMEE = Regle(
    "ACC-ADR-03", "L'adresse est vérifiée une fois confirmée à l'aide du message reçu", _IE31,
    Confiance.OFFICIELLE, "Le code (ou le lien) du message, et lui seul, vérifie l'adresse.",
)  # fmt: skip
R_AUTRE_CODE = Regle(
    "ACC-ADR-04", "Un code qui n'est pas celui du message ne vérifie rien", _IE31,
    Confiance.OFFICIELLE, "Comparez le code saisi à celui envoyé à cette adresse, pour ce compte.",
)  # fmt: skip
R_CONTROLEE = Regle(
    "ACC-IDE-01", "Un attribut d'identité ne change pas sans vérification", _IE32,
    Confiance.OFFICIELLE, "Vérifiez l'identité nouvelle comme à l'enregistrement, avant de l'enregistrer.",
)  # fmt: skip
R_ACCEPTEE = Regle(
    "ACC-IDE-02", "Une modification vérifiée est enregistrée", _IE32,
    Confiance.OFFICIELLE, "Une fois la vérification faite, enregistrez la modification demandée.",
)  # fmt: skip
R_NOTIFIEE = Regle(
    "ACC-IDE-03", "Le professionnel est prévenu de la modification, par son ancienne coordonnée", _IE32,
    Confiance.OFFICIELLE, "Après toute modification, écrivez à l'ancienne coordonnée, et à l'autre s'il y en a une.",
)  # fmt: skip
R_ATTRIBUTS = Regle(
    "ACC-ATT-01", "Le logiciel gère RPPS, identifiant privé, nom d'exercice, prénom et profession",
    REM.format("SSI/IE.33, scénario SSI/IE.33.01"), Confiance.OFFICIELLE,
    "Enregistrez et montrez chacun de ces attributs pour chaque professionnel.",
)  # fmt: skip
R_UNIQUE = Regle(
    "ACC-ATT-02", "Deux professionnels n'ont pas le même identifiant privé", REM.format("SSI/IE.33"),
    Confiance.OFFICIELLE, "Refusez un identifiant privé déjà attribué.",
)  # fmt: skip
R_STRUCTURES = Regle(
    "ACC-ATT-03", "Les structures du professionnel sont gérées (préconisé)", REM.format("SSI/IE.33"),
    Confiance.OFFICIELLE, "Enregistrez les identifiants des structures où le professionnel exerce.",
)  # fmt: skip


@verification(R_EN_ATTENTE)
def adresse_en_attente(compte: Compte | None, adresse: str, quoi: str) -> Constat:
    """Avant toute confirmation, la fiche dit l'adresse non vérifiée (ou n'a pas encore pris la nouvelle)."""
    if compte is None:
        return R_EN_ATTENTE.sans_objet(f"{quoi} : le compte n'est pas affiché")
    portee = compte.get("courriel") == adresse
    verifiee = portee and compte.get("courriel_verifie") is True
    if portee and "courriel_verifie" not in compte:
        return R_EN_ATTENTE.a_regarder(f"{quoi} : la fiche ne dit pas si l'adresse est vérifiée", ou=quoi)
    return juger(
        R_EN_ATTENTE, not verifiee, f"{quoi} : l'adresse est dite vérifiée avant d'être confirmée",
        attendu="non vérifiée", recu="vérifiée" if verifiee else "non vérifiée", ou=quoi,
    )  # fmt: skip


@verification(R_MESSAGE)
def message_recu(courriels: int, confirmables: int, quoi: str) -> Constat:
    """Au moins un message remis à cette adresse porte un code ou un lien."""
    return juger(
        R_MESSAGE, confirmables > 0, f"{quoi} : aucun message de vérification à cette adresse",
        attendu="un message qui porte un code ou un lien",
        recu=f"{courriels} message(s), {confirmables} avec un code ou un lien", ou=quoi,
    )  # fmt: skip


@verification(R_CONFIRMEE)
def adresse_confirmee(compte: Compte | None, adresse: str, quoi: str, dit: str) -> Constat:
    """Après confirmation, la fiche porte l'adresse et la dit vérifiée."""
    attendus = {"courriel": adresse, "courriel_verifie": True}
    differences = ecarts(compte, attendus)
    _, recu = lister(differences)
    return juger(
        R_CONFIRMEE, not differences, f"{quoi} : l'adresse confirmée n'est pas vérifiée",
        attendu=en_phrase(attendus), recu=f"{recu} ({dit})" if recu else en_phrase(attendus), ou=quoi,
    )  # fmt: skip


@verification(R_AUTRE_CODE)
def autre_code_refuse(compte: Compte | None, adresse: str, quoi: str, dit: str) -> Constat:
    """Le code reçu par quelqu'un d'autre n'y fait rien."""
    if compte is None:
        return R_AUTRE_CODE.sans_objet(f"{quoi} : le compte n'est pas affiché")
    verifiee = compte.get("courriel") == adresse and compte.get("courriel_verifie") is True
    return juger(
        R_AUTRE_CODE, not verifiee, f"{quoi} : un code étranger a vérifié l'adresse", attendu="non vérifiée",
        recu="vérifiée" if verifiee else f"non vérifiée ({dit})", ou=quoi,
    )  # fmt: skip


@verification(R_CONTROLEE)
def changement_controle(compte: Compte | None, avant: Mapping[str, Any], quoi: str, dit: str) -> Constat:
    """Demandé sans vérification (ou avec une fausse), le changement ne se lit pas sur la fiche."""
    differences = ecarts(compte, avant)
    _, recu = lister(differences)
    return juger(
        R_CONTROLEE, not differences, f"{quoi} : l'identité a changé sans vérification valable",
        attendu=en_phrase(avant), recu=recu or f"{en_phrase(avant)} ({dit})", ou=quoi,
    )  # fmt: skip


@verification(R_ACCEPTEE)
def changement_fait(compte: Compte | None, voulus: Mapping[str, Any], quoi: str, dit: str) -> Constat:
    """Demandé avec une vérification valable, le changement se lit sur la fiche."""
    differences = ecarts(compte, voulus)
    _, recu = lister(differences)
    return juger(
        R_ACCEPTEE, not differences, f"{quoi} : la modification vérifiée n'est pas enregistrée",
        attendu=en_phrase(voulus), recu=f"{recu} ({dit})" if recu else en_phrase(voulus), ou=quoi,
    )  # fmt: skip


@verification(R_NOTIFIEE)
def changement_notifie(remis: Mapping[str, int], quoi: str, *, a_regarder: Sequence[str] = ()) -> Constat:
    """Chaque coordonnée d'avant a reçu un message ; `a_regarder` : celles que le banc ne sait pas lire."""
    if not remis and a_regarder:
        return R_NOTIFIEE.a_regarder(f"{quoi} : message à montrer pour {en_texte(a_regarder)}", ou=quoi)
    if not remis:
        return R_NOTIFIEE.sans_objet(f"{quoi} : aucune coordonnée à prévenir")
    muettes = [coordonnee for coordonnee, nombre in remis.items() if not nombre]
    return juger(
        R_NOTIFIEE, not muettes, f"{quoi} : le professionnel n'est pas prévenu par l'ancienne coordonnée",
        attendu=f"un message à {en_texte(list(remis))}",
        recu=f"rien à {en_texte(muettes)}" if muettes else f"{sum(remis.values())} message(s)", ou=quoi,
    )  # fmt: skip


@verification(R_ATTRIBUTS)
def attributs_geres(compte: Compte | None, attendus: Mapping[str, Any], quoi: str) -> Constat:
    """Chaque attribut donné (ou trouvé dans l'annuaire) se lit sur la fiche."""
    differences = ecarts(compte, attendus)
    attendu, recu = lister(differences)
    return juger(
        R_ATTRIBUTS, not differences, f"{quoi} : un attribut d'identité n'est pas celui qui a été déclaré",
        attendu=attendu or en_phrase(attendus), recu=recu or en_phrase(attendus), ou=quoi,
    )  # fmt: skip


@verification(R_UNIQUE)
def identifiant_prive_unique(resultat: str, dit: str, identifiant: str, *, temoin: bool) -> Constat:
    """Un second compte au même identifiant privé est refusé, quand un autre identifiant est accepté."""
    if not temoin:
        return R_UNIQUE.sans_objet("aucun compte n'est accepté avec un identifiant privé : le refus ne prouve rien")
    return juger(
        R_UNIQUE, resultat != "fait", "deux comptes ont le même identifiant privé", attendu="un refus", recu=dit,
        ou=f"identifiant privé {identifiant}",
    )  # fmt: skip


@verification(R_STRUCTURES)
def structures_gerees(compte: Compte | None, structures: Sequence[str], quoi: str) -> Constat:
    """Préconisé seulement : leur absence se signale, sans effet sur le verdict."""
    recues = (compte or {}).get("structures")
    if isinstance(recues, list) and set(structures) <= set(map(str, recues)):
        return R_STRUCTURES.respectee(recu=en_texte(recues), ou=quoi)
    return R_STRUCTURES.signalee(
        f"{quoi} : les structures ne sont pas gérées (préconisé)", attendu=en_texte(structures), recu=en_texte(recues),
        ou=quoi,
    )  # fmt: skip
