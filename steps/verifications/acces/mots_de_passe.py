"""Règles des mots de passe : construction, réutilisation, expiration, blocage, tentatives limitées."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.constat import Confiance, Constat, Regle
from steps.verifications.acces.contexte import CNIL, REM
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification

_PRIVILEGES = REM.format("SSI/IAM.92, scénario SSI/IAM.92.01")
_PS = REM.format("SSI/IE.36, scénario SSI/IE.36.02")
ECHECS_MAX = 10
"""« Au plus égal à 10 » : SSI/IAM.92."""
TENTATIVES_MAX = 25
"""Essais permis en une journée par la plus large des restrictions d'accès admises (CNIL)."""
TENTATIVES_JOUEES = 100
"""Au-delà, le banc tient le nombre de tentatives pour illimité."""


def _regle(numero: str, titre: str, source: str, a_faire: str, confiance: Confiance = Confiance.OFFICIELLE) -> Regle:
    return Regle(f"ACC-MDP-{numero}", titre, source, confiance, a_faire)


R_LONGUEUR = _regle(
    "01", "Un mot de passe plus court que la longueur réglée est refusé", _PRIVILEGES,
    "Refusez tout mot de passe plus court que la longueur minimale (15 caractères pour un compte à privilège).",
)  # fmt: skip
R_MAJUSCULE = _regle(
    "02", "Un mot de passe sans majuscule est refusé", _PRIVILEGES, "Exigez une majuscule d'un compte à privilège."
)
R_MINUSCULE = _regle(
    "03", "Un mot de passe sans minuscule est refusé", REM.format("SSI/IAM.92"),
    "Exigez une minuscule d'un compte à privilège.",
)  # fmt: skip
R_CHIFFRE = _regle(
    "04", "Un mot de passe sans chiffre est refusé", _PRIVILEGES, "Exigez un chiffre d'un compte à privilège."
)
R_SPECIAL = _regle(
    "05", "Un mot de passe sans caractère spécial est refusé", _PRIVILEGES,
    "Exigez un caractère spécial d'un compte à privilège.",
)  # fmt: skip
R_REUTILISATION = _regle(
    "06", "Un mot de passe déjà utilisé est refusé", _PRIVILEGES, "Gardez les empreintes des précédents, et comparez."
)
R_ACCEPTE = _regle(
    "07", "Un mot de passe qui suit tous les critères est accepté", _PRIVILEGES,
    "Acceptez tout mot de passe conforme à la politique réglée, sans autre condition cachée.",
)  # fmt: skip
R_EFFET = _regle(
    "08", "Le nouveau mot de passe ouvre la session, l'ancien ne l'ouvre plus", REM.format("SSI/IAM.92"),
    "Un changement accepté remplace aussitôt l'ancien mot de passe.",
)  # fmt: skip
R_EXPIRATION = _regle(
    "09", "Un mot de passe expiré impose d'en changer, pas avant son terme", _PRIVILEGES,
    "Au terme de la durée réglée, n'ouvrez aucune session avant le changement du mot de passe.",
)  # fmt: skip
R_BLOCAGE_CHANGEMENTS = _regle(
    "10", "Cinq changements de mot de passe refusés bloquent le compte", _PRIVILEGES,
    "Comptez les changements refusés comme des échecs, et bloquez le compte au nombre réglé.",
)  # fmt: skip
R_BLOCAGE_CONNEXIONS = _regle(
    "11", "Dix échecs de connexion de suite, au plus, bloquent le compte", REM.format("SSI/IAM.92"),
    "Bloquez le compte au nombre d'échecs réglé, au plus dix.",
)  # fmt: skip
R_BLOQUE = _regle(
    "12", "Un compte bloqué n'ouvre aucune session, même avec le bon mot de passe", REM.format("SSI/IAM.92"),
    "Un compte bloqué refuse tout, jusqu'à son déblocage.",
)  # fmt: skip
R_DEBLOCAGE = _regle(
    "13", "Un compte débloqué est de nouveau utilisable", _PRIVILEGES, "Le déblocage rend le compte à son titulaire."
)
R_FAIBLE = _regle(
    "14", "Un mot de passe trop faible est refusé à un professionnel", _PS,
    "Refusez 8 caractères de deux jeux seulement, et 14 chiffres seuls, à la création comme à la modification.",
)  # fmt: skip
R_FORT = _regle(
    "15", "Un mot de passe long et varié est accepté d'un professionnel", _PS,
    "Un mot de passe de 20 caractères des quatre jeux suit toutes les politiques admises : acceptez-le.",
    Confiance.DEDUITE,
)  # fmt: skip
R_TENTATIVES = _regle(
    "16", "Le nombre de tentatives de connexion par mot de passe est limité",
    REM.format("SSI/IE.36, scénario SSI/IE.36.01") + " ; " + CNIL.format("mot de passe et restriction d'accès"),
    "Temporisez, bloquez le compte ou demandez un captcha après quelques échecs.",
)  # fmt: skip
R_RESTREINT = _regle(
    "17", "La restriction annoncée arrête vraiment les tentatives", REM.format("SSI/IE.36, scénario SSI/IE.36.01"),
    "Pendant la restriction, refusez aussi le bon mot de passe.",
)  # fmt: skip

CRITERES = {
    "longueur": R_LONGUEUR,
    "majuscule": R_MAJUSCULE,
    "minuscule": R_MINUSCULE,
    "chiffre": R_CHIFFRE,
    "caractère spécial": R_SPECIAL,
    "réutilisation": R_REUTILISATION,
}
"""Le critère que l'essai n'enfreint que seul, et sa règle."""


@dataclass(frozen=True)
class Tentative:
    """Une connexion manquée : ce que le logiciel en a montré."""

    ouverte: bool
    bloque: bool = False
    attente_s: float = 0.0
    captcha: bool = False
    dit: str = ""

    @property
    def restriction(self) -> str:
        """Ce qui limite la tentative suivante, en clair ; vide si rien."""
        faits = [
            nom
            for nom, vu in (("compte bloqué", self.bloque), ("captcha", self.captcha))
            if vu
        ]  # fmt: skip
        return ", ".join([*faits, *([f"attente de {self.attente_s:g} s"] if self.attente_s > 0 else [])])


@verification(*CRITERES.values())
def critere_exige(critere: str, accepte: bool, essaye: str, dit: str, *, controle: bool) -> Constat:
    """Un mot de passe qui n'enfreint que ce critère est refusé ; sans essai conforme accepté, rien n'est prouvé."""
    regle = CRITERES[critere]
    if not controle:
        return regle.sans_objet(f"aucun mot de passe conforme n'a été accepté : le refus ({critere}) ne prouve rien")
    return _interdit(regle, accepte, essaye, dit)


@verification(R_ACCEPTE)
def conforme_accepte(accepte: bool, essaye: str, dit: str) -> Constat:
    """Un mot de passe qui suit tous les critères réglés est accepté."""
    return juger(
        R_ACCEPTE, accepte, "un mot de passe conforme à la politique est refusé", attendu=f"accepté : {essaye}",
        recu=dit, ou="changement de mot de passe",
    )  # fmt: skip


@verification(R_EFFET)
def changement_effectif(nouveau_ouvre: bool, ancien_ouvre: bool, dit: str) -> Constat:
    """Le changement annoncé a eu lieu."""
    recu = f"nouveau {'accepté' if nouveau_ouvre else 'refusé'}, ancien {'accepté' if ancien_ouvre else 'refusé'}"
    return juger(
        R_EFFET, nouveau_ouvre and not ancien_ouvre, "le mot de passe en vigueur n'est pas celui qui a été choisi",
        attendu="nouveau accepté, ancien refusé", recu=f"{recu} ({dit})", ou="connexion",
    )  # fmt: skip


@verification(R_EXPIRATION)
def changement_impose(avant_ouverte: bool, apres_ouverte: bool, demande: str, duree: str) -> Constat:
    """Juste avant le terme la session s'ouvre ; juste après, le logiciel demande de changer de mot de passe."""
    if not avant_ouverte:
        return R_EXPIRATION.sans_objet("la connexion ne s'ouvrait déjà pas avant l'expiration")
    impose = not apres_ouverte and demande == "changement_mot_de_passe"
    if apres_ouverte and demande == "changement_mot_de_passe":
        return R_EXPIRATION.a_regarder(
            "la session s'ouvre et demande de changer de mot de passe : montrez que rien n'est accessible avant",
            recu="session ouverte, demande changement_mot_de_passe", ou="connexion",
        )  # fmt: skip
    if not apres_ouverte and not impose:
        return R_EXPIRATION.a_regarder(
            "la connexion est refusée sans que le changement soit demandé : montrez-le à l'écran",
            recu=f"session refusée, demande {demande or 'aucune'}", ou="connexion",
        )  # fmt: skip
    return juger(
        R_EXPIRATION, impose, f"passé {duree}, le logiciel n'impose pas de changer de mot de passe",
        attendu="pas de session, et la demande changement_mot_de_passe",
        recu=f"session {'ouverte' if apres_ouverte else 'refusée'}, demande {demande or 'aucune'}", ou="connexion",
    )  # fmt: skip


@verification(R_BLOCAGE_CHANGEMENTS, R_BLOCAGE_CONNEXIONS)
def compte_bloque(echecs: int, bloque: bool, dit: str, *, changements: bool) -> Constat:
    """Au bout des échecs, la fiche du compte dit qu'il est bloqué."""
    regle = R_BLOCAGE_CHANGEMENTS if changements else R_BLOCAGE_CONNEXIONS
    quoi = "changements refusés" if changements else "connexions manquées"
    if not echecs:
        return regle.sans_objet(f"aucun échec : {quoi}")
    return juger(
        regle, bloque, f"après {echecs} {quoi} de suite, le compte n'est pas bloqué", attendu="compte bloqué",
        recu=f"{'bloqué' if bloque else 'non bloqué'} après {echecs} {quoi} ({dit})", ou="compte",
    )  # fmt: skip


@verification(R_BLOQUE)
def bloque_refuse(ouverte_avant: bool, accepte: bool, dit: str) -> Constat:
    """Le bon mot de passe, qui servait avant, ne sert plus tant que le compte est bloqué."""
    if not ouverte_avant:
        return R_BLOQUE.sans_objet("le mot de passe n'ouvrait déjà rien avant le blocage")
    return _interdit(R_BLOQUE, accepte, "le bon mot de passe sur un compte bloqué", dit)


@verification(R_DEBLOCAGE)
def debloque_utilisable(accepte: bool, dit: str) -> Constat:
    """Après déblocage, la même opération aboutit."""
    return juger(
        R_DEBLOCAGE, accepte, "le compte débloqué reste inutilisable", attendu="opération acceptée", recu=dit,
        ou="compte débloqué",
    )  # fmt: skip


@verification(R_FAIBLE)
def faible_refuse(accepte: bool, essaye: str, dit: str, *, controle: bool) -> Constat:
    """Refusé, alors qu'un mot de passe fort est accepté au même endroit."""
    if not controle:
        return R_FAIBLE.sans_objet("le mot de passe fort est refusé lui aussi : le refus du faible ne prouve rien")
    return _interdit(R_FAIBLE, accepte, essaye, dit)


@verification(R_FORT)
def fort_accepte(accepte: bool, dit: str) -> Constat:
    """Vingt caractères des quatre jeux, tirés au hasard."""
    return juger(
        R_FORT, accepte, "un mot de passe de 20 caractères des quatre jeux est refusé", attendu="accepté", recu=dit,
        ou="mot de passe d'un professionnel",
    )  # fmt: skip


@verification(R_TENTATIVES)
def tentatives_limitees(tentatives: Sequence[Tentative], *, controle: bool) -> Constat:
    """Une restriction se montre avant la vingt-sixième tentative manquée."""
    if not controle:
        return R_TENTATIVES.sans_objet("le bon mot de passe n'ouvrait pas de session : les échecs ne prouvent rien")
    if any(t.ouverte for t in tentatives):
        return R_TENTATIVES.enfreinte(
            "un mauvais mot de passe a ouvert une session", attendu="refus", recu="session ouverte", ou="connexion"
        )
    restreinte = next((rang for rang, t in enumerate(tentatives, 1) if t.restriction), 0)
    if restreinte > TENTATIVES_MAX:
        return R_TENTATIVES.a_regarder(
            f"tentatives limitées après {restreinte} échecs seulement ; la CNIL en admet {TENTATIVES_MAX} par jour",
            recu=tentatives[restreinte - 1].restriction, ou="connexion",
        )  # fmt: skip
    if not restreinte and len(tentatives) < TENTATIVES_JOUEES:
        return R_TENTATIVES.sans_objet(f"{len(tentatives)} tentatives seulement : la limite n'a pas été cherchée")
    return juger(
        R_TENTATIVES, bool(restreinte), f"{len(tentatives)} mauvais mots de passe de suite, sans aucune restriction",
        attendu="temporisation, blocage ou captcha après quelques échecs",
        recu=f"{tentatives[restreinte - 1].restriction} à la tentative {restreinte}" if restreinte else "aucune",
        ou="connexion",
    )  # fmt: skip


@verification(R_RESTREINT)
def restriction_reelle(restriction: str, accepte: bool, dit: str) -> Constat:
    """Juste après la restriction, le bon mot de passe n'ouvre rien non plus."""
    if not restriction:
        return R_RESTREINT.sans_objet("aucune restriction n'a été montrée")
    return _interdit(R_RESTREINT, accepte, f"le bon mot de passe pendant la restriction ({restriction})", dit)


def _interdit(regle: Regle, accepte: bool, essaye: str, dit: str) -> Constat:
    return juger(regle, not accepte, f"accepté : {essaye}", attendu="un refus", recu=dit, ou="mot de passe")
