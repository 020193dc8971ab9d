"""La consommatrice : consentement, références présentées, demande d'images, contrôle de ce qui revient."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from reports.constat import Confiance, Constat, Regle
from simulators.drim.negociation import AcceptIllisible, Offre, lire_accept, sert_dicom
from simulators.socle.echange import Echange
from steps.verifications.cda.jugement import juger
from steps.verifications.dmp.soumission import est_consultation
from steps.verifications.registre import verification

_RECUEILLIR = re.compile(r"recueil|récup[eé]r|demand|obten|invit|saisi|\bRIS\b", re.IGNORECASE)
_REM = "REM DRIMbox (travaux de concertation 2023), exigence"


def _regle(code: str, titre: str, exigence: str, a_faire: str, confiance: Confiance = Confiance.OFFICIELLE) -> Regle:
    return Regle(f"DRIM-{code}", titre, f"{_REM} {exigence}", confiance, a_faire)


SANS_CONSENTEMENT = _regle(
    "CO-01", "Sans le consentement du patient, rien n'est demandé au DMP ni montré",
    "DB.CO.93, DB.CO.94 et DMP/CONF.06",
    "N'appelez pas le DMP quand l'appel contextuel dit « no » ou « unknown », ou ne dit pas le consentement.",
)  # fmt: skip
INVITATION = _regle(
    "CO-02", "Quand le consentement n'est pas connu, l'utilisateur est invité à le recueillir depuis le RIS",
    "DB.CO.94", "Affichez un message qui invite à recueillir le consentement depuis le RIS.",
)  # fmt: skip
PRESENTES = _regle(
    "CO-03", "Les références du patient sont présentées, et elles seules", "DB.CO.54",
    "Présentez les KOS que rend la recherche du DMP, sans y mêler d'autres documents.",
)  # fmt: skip
ECRAN = _regle(
    "CO-10", "Les résultats sont présentés comme le veulent les spécifications DRIMbox", "DB.CO.54",
    "Comparez l'écran à la section 3.5.1.1 des spécifications DRIMbox, que le banc n'a pas.",
)  # fmt: skip
RETIRE = _regle(
    "CO-04", "Le KOS choisi est récupéré du DMP avant que ses images soient demandées", "DB.CO.54",
    "Récupérez le KOS (TD3.2) choisi dans la liste, puis demandez ses images.",
)  # fmt: skip
PREFERENCE = _regle(
    "CO-05", "La demande d'images dit l'ordre de préférence de ses syntaxes par le paramètre q", "DB.CO.84",
    "Écrivez dans Accept une syntaxe par offre, chacune avec son q.",
)  # fmt: skip
PATIENT = _regle(
    "CO-06", "Des images d'un autre patient que celui de l'appel ne sont pas montrées", "DB.CO.68",
    "Comparez l'INS de chaque image reçue à celle de l'appel contextuel, et refusez celles d'un autre.",
)  # fmt: skip
CACHE = _regle(
    "CO-07", "Une série déjà reçue n'est pas redemandée à la source", "DB.CO.70",
    "Cherchez d'abord les images dans le cache local.",
)  # fmt: skip
MONTREES = _regle(
    "CO-08", "Les images de la série sont récupérées, avec perte, sans perte ou non compressées", "DB.CO.73",
    "Demandez et lisez les images dans les trois familles de syntaxes de transfert.",
)  # fmt: skip
JETON = _regle(
    "CO-09", "Chaque demande d'images porte un jeton valable de Pro Santé Connect", "DB.CO.63 et DB.SO.33",
    "Présentez le jeton d'accès de la personne connectée (Authorization: Bearer).",
)  # fmt: skip


def _au_dmp(echanges: Sequence[Echange], matricule: str) -> list[Echange]:
    """Les appels au DMP pour ce patient ; un échange illisible compte aussi : il n'aurait pas dû partir."""
    return [
        e
        for e in echanges
        if e.service == "dmp" and e.requete.methode == "POST"
        and (not (trouve := e.notes.get("ins", "")) or trouve.startswith(matricule[:13]))
    ]  # fmt: skip


@verification(SANS_CONSENTEMENT)
def rien_sans_consentement(
    sans: Sequence[Echange], avec: Sequence[Echange], matricule: str, montres: Collection[str], cas: str
) -> Constat:
    """Aucun appel au DMP ni référence montrée ; cru si le même patient, consentant, a fait consulter."""
    if not any(est_consultation(e) for e in avec):
        return SANS_CONSENTEMENT.sans_objet("avec le consentement, le DMP n'a pas été consulté : rien n'est prouvé")
    appels = _au_dmp(sans, matricule)
    if appels and not montres and all(e.operation.startswith("TD0") for e in appels):
        return SANS_CONSENTEMENT.a_regarder(
            "Le DMP est appelé sans qu'un document y soit cherché : dire si le consentement le permettait.",
            recu=", ".join(e.operation for e in appels), ou="DMP", echanges=tuple(e.numero for e in appels),
        )  # fmt: skip
    return juger(
        SANS_CONSENTEMENT, not appels and not montres, "Le DMP est appelé, ou une référence montrée, sans accord.",
        attendu="aucun appel, aucune référence",
        recu=f"consentement {cas} : {len(appels)} appel(s), {len(montres)} référence(s)", ou="DMP",
        echanges=tuple(e.numero for e in appels),
    )  # fmt: skip


@verification(INVITATION)
def invite(messages: Sequence[str]) -> Constat:
    """Un message parle du consentement, et de le recueillir."""
    dits = " ".join(messages)
    if dits and not ("consentement" in dits.lower() and _RECUEILLIR.search(dits)):
        return INVITATION.a_regarder("Un message est montré : dire s'il invite bien.", recu=dits, ou="écran")
    return juger(
        INVITATION, bool(dits), "Rien n'invite à recueillir le consentement.", attendu="une invitation", recu=dits,
        ou="écran",
    )  # fmt: skip


@verification(PRESENTES)
def references_presentees(montrees: Collection[str], attendues: Collection[str]) -> Constat:
    """uniqueId des références montrées, devant ceux des KOS du DMP."""
    return juger(
        PRESENTES, set(montrees) == set(attendues), "Les références présentées ne sont pas celles du DMP.",
        attendu=", ".join(sorted(attendues)), recu=", ".join(sorted(montrees)), ou="liste des examens",
    )  # fmt: skip


@verification(RETIRE)
def kos_retire(echanges: Sequence[Echange], unique_id: str) -> Constat:
    """Un TD3.2 réussi du KOS, avant la demande d'images."""
    images = [e for e in echanges if e.service == "drim"]
    retraits = [
        e for e in echanges
        if e.service == "dmp" and e.operation == "TD3.2" and unique_id in e.notes.get("unique_ids", "").split()
    ]  # fmt: skip
    if not images and not retraits:
        return RETIRE.sans_objet("ni KOS récupéré ni images demandées")
    avant = [e for e in retraits if _servie(e) and (not images or e.numero < images[0].numero)]
    return juger(
        RETIRE, bool(avant), "Les images sont demandées sans que le KOS ait été récupéré.",
        attendu=f"TD3.2 de {unique_id}", recu=f"{len(retraits)} TD3.2, {len(images)} demande(s) d'images", ou="DMP",
        echanges=tuple(e.numero for e in (*retraits, *images)),
    )  # fmt: skip


def _offres(echange: Echange) -> tuple[Offre, ...]:
    accept = ", ".join(valeur for nom, valeur in echange.requete.entetes if nom.lower() == "accept")
    return lire_accept(accept)


@verification(PREFERENCE)
def preferences(demandes: Sequence[Echange]) -> Constat:
    """L'en-tête Accept de chaque demande classe plusieurs syntaxes."""
    if not demandes:
        return PREFERENCE.sans_objet("aucune demande d'images observée")
    for demande in demandes:
        nums = (demande.numero,)
        ecrit = ", ".join(v for n, v in demande.requete.entetes if n.lower() == "accept")
        try:
            offres = _offres(demande)
        except AcceptIllisible as erreur:
            return PREFERENCE.enfreinte(
                "L'en-tête Accept ne se lit pas.", attendu="des types de média",
                recu=f"{ecrit} ({erreur})", ou="Accept", echanges=nums,
            )  # fmt: skip
        if len({offre.syntaxe for offre in offres if sert_dicom(offre)}) < 2:
            return PREFERENCE.a_regarder(
                "Une seule syntaxe est demandée : rien à classer.", recu=ecrit, ou="Accept", echanges=nums
            )
        if len({offre.q for offre in offres if sert_dicom(offre)}) < 2:
            return PREFERENCE.enfreinte(
                "Plusieurs syntaxes sont demandées sans ordre de préférence.", attendu="un q par syntaxe", recu=ecrit,
                ou="Accept", echanges=nums,
            )  # fmt: skip
    return PREFERENCE.respectee(recu=f"{len(demandes)} demande(s)", ou="Accept")


@verification(PATIENT)
def autre_patient_refuse(montrees: Collection[str], temoin: Collection[str], rendues: Sequence[Echange]) -> Constat:
    """Aucune image d'un autre patient n'est montrée ; cru si celles du bon patient l'ont été."""
    if not temoin:
        return PATIENT.sans_objet("les images du bon patient n'ont pas été montrées : un refus ne prouve rien")
    if not any(e.panne == "autre_patient" and e.reponse is not None for e in rendues):
        return PATIENT.sans_objet("la source n'a pas rendu d'images d'un autre patient")
    return juger(
        PATIENT, not montrees, "Des images d'un autre patient sont montrées.", attendu="aucune image",
        recu=f"{len(montrees)} image(s)", ou="visionneuse", echanges=tuple(e.numero for e in rendues),
    )  # fmt: skip


@verification(CACHE)
def jamais_redemandee(premieres: Sequence[Echange], secondes: Sequence[Echange], montrees: Collection[str]) -> Constat:
    """Rien n'est demandé à la seconde ouverture. La première peut demander la série image par image."""
    if not any(_servie(e) for e in premieres) or not montrees:
        return CACHE.sans_objet("la série n'a pas été rendue d'abord, ou pas montrée à la seconde ouverture")
    return juger(
        CACHE, not secondes, "Une série déjà reçue est redemandée.", attendu="aucune demande de plus",
        recu=f"{len(premieres)} puis {len(secondes)} demande(s)", ou="WADO-RS",
        echanges=tuple(e.numero for e in (*premieres, *secondes)),
    )  # fmt: skip


def _servie(echange: Echange) -> bool:
    return echange.reponse is not None and echange.reponse.statut == 200


@verification(MONTREES)
def serie_recuperee(
    montrees: Collection[str],
    attendues: Collection[str],
    famille: str,
    *,
    demandes: Sequence[Echange],
    syntaxes: Collection[str],
) -> Constat:
    """Les images montrées sont celles de la série, que la source a rendues. Sans `syntaxes` : en une quelconque."""
    rendues = {
        uid
        for demande in demandes
        if _servie(demande) and (not syntaxes or demande.notes.get("syntaxe") in syntaxes)
        for uid in demande.notes.get("instances", "").split()
    }
    return juger(
        MONTREES, set(montrees) == set(attendues) <= rendues, "Les images montrées ne sont pas celles de la série.",
        attendu=f"{len(attendues)} image(s){f', {famille}' if famille else ''}",
        recu=f"{len(montrees)} image(s) montrée(s), {len(rendues & set(attendues))} rendue(s) par la source",
        ou="visionneuse", echanges=tuple(d.numero for d in demandes),
    )  # fmt: skip


@verification(JETON)
def jeton_presente(demandes: Sequence[Echange]) -> Constat:
    """Chaque demande d'images porte un jeton que Pro Santé Connect tient pour valable."""
    if not demandes:
        return JETON.sans_objet("aucune demande d'images observée")
    etats = [demande.notes.get("jeton_etat", "absent") for demande in demandes]
    if set(etats) == {"valide", "expire"} and all(_reprise(d, demandes) for d in demandes if _expire(d)):
        return JETON.a_regarder(
            "Un jeton expiré a été présenté, puis la même demande refaite avec un neuf : dire si ce renouvellement, "
            "après un refus, convient.", recu=", ".join(etats), ou="Authorization",
            echanges=tuple(e.numero for e in demandes),
        )  # fmt: skip
    return juger(
        JETON, all(etat == "valide" for etat in etats), "Une demande d'images n'a pas de jeton valable.",
        attendu="valide", recu=", ".join(etats), ou="Authorization", echanges=tuple(e.numero for e in demandes),
    )  # fmt: skip


def _expire(demande: Echange) -> bool:
    return demande.notes.get("jeton_etat") == "expire"


def _reprise(demande: Echange, demandes: Sequence[Echange]) -> bool:
    """La même demande est revenue ensuite avec un jeton valable."""
    return any(
        d.numero > demande.numero and d.requete.cible == demande.requete.cible and d.notes.get("jeton_etat") == "valide"
        for d in demandes
    )


@verification(ECRAN)
def presentation(montrees: Collection[str]) -> Constat:
    """La présentation se regarde : la section qui la décrit n'est pas publique."""
    return ECRAN.a_regarder(
        "La présentation des résultats se compare, à l'écran, à une section que le banc n'a pas.",
        recu=f"{len(montrees)} référence(s)", ou="écran",
    )  # fmt: skip
