"""La publication des KOS au DMP : quand, combien, au nom de qui, et ce qu'ils deviennent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from simulators.dmp.ebrim import RPLC
from steps.verifications.cda.jugement import juger
from steps.verifications.dmp.soumission import DocumentSoumis, Soumission
from steps.verifications.kos.lecture import SYNTAXES, KosIllisible, est_dicom, lire_kos, syntaxe_de
from steps.verifications.kos.modele import Kos
from steps.verifications.registre import verification

_REM = "REM DRIMbox (travaux de concertation 2023), exigence"
ACTIF = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
SUPPRIME = "urn:asip:ci-sis:2010:StatusType:Deleted"


def _regle(code: str, titre: str, exigences: str, a_faire: str) -> Regle:
    return Regle(f"DRIM-{code}", titre, f"{_REM} {exigences}", Confiance.OFFICIELLE, a_faire)


PUBLIE = _regle(
    "PUB-01", "Le compte rendu d'un patient à l'INS qualifiée fait publier le KOS de son examen", "DB.SO.11",
    "Publiez au DMP le KOS de l'examen dès la réception de l'ORU ou du MDM qui porte le compte rendu.",
)  # fmt: skip
NON_QUALIFIEE = _regle(
    "PUB-02", "Aucun KOS n'est publié sur un compte rendu dont l'INS n'est pas qualifiée", "DB.SO.11",
    "Ne publiez rien tant que le message ne porte pas une INS qualifiée.",
)  # fmt: skip
AUTANT = _regle(
    "PUB-03", "Un compte rendu donne un KOS par étude différente, et un seul", "DB.SO.12",
    "Produisez un KOS par StudyInstanceUID différent de l'en-tête du compte rendu.",
)  # fmt: skip
INCOHERENT = _regle(
    "PUB-04", "Aucun KOS n'est publié quand l'examen du PACS n'est pas celui du compte rendu",
    "DB.SO.15, DB.SO.16 et DB.SO.17",
    "N'envoyez pas de KOS d'une étude absente, d'un autre IPP ou d'un autre Accession Number.",
)  # fmt: skip
ALERTE = _regle(
    "ALE-01", "L'administrateur est averti d'un KOS qui n'a pas pu être publié", "DB.SO.15 à DB.SO.17, DB.SO.21",
    "Signalez à l'administrateur l'étude et la raison pour laquelle rien n'a été publié.",
)  # fmt: skip
SANS_ALERTE = _regle(
    "ALE-02", "Aucune alerte ne parle d'un KOS que le DMP a pris", "DB.SO.21",
    "N'avertissez l'administrateur que des envois qui ont échoué.",
)  # fmt: skip
REMPLACE = _regle(
    "MAJ-01", "Le KOS d'un examen qui a changé remplace le précédent dans le DMP", "DB.SO.13, DB.SO.26 et DB.SO.27",
    "Envoyez le KOS corrigé avec une association RPLC vers l'entryUUID du précédent.",
)  # fmt: skip
RETIRE = _regle(
    "MAJ-02", "Le KOS d'un examen retiré ou dépublié est supprimé du DMP", "DB.SO.26, DB.SO.27 et DB.SO.97",
    "Supprimez du DMP (UpdateAvailabilityStatus vers Deleted) le KOS de l'examen.",
)  # fmt: skip
EN_SON_NOM = Regle(
    "DRIM-VIHF-01", "Le KOS publié après un compte rendu l'est au nom de l'auteur de ce compte rendu",
    "ANS, foire aux questions du couloir Imagerie (VIHF de l'alimentation d'une DRIMbox)", Confiance.OFFICIELLE,
    "Tirez du compte rendu reçu la structure et le professionnel du VIHF.",
)  # fmt: skip


def kos_soumis(documents: Sequence[DocumentSoumis]) -> list[tuple[DocumentSoumis, Kos]]:
    """Les KOS lisibles parmi ces documents, dans l'ordre."""
    lus = []
    for document in documents:
        if document.octets is not None and est_dicom(document.octets):
            try:
                lus.append((document, lire_kos(document.octets)))
            except KosIllisible:
                continue
    return lus


def de_l_etude(documents: Sequence[DocumentSoumis], etude: str) -> list[tuple[DocumentSoumis, Kos]]:
    """Les KOS qui portent sur cette étude : par leurs preuves, leur demande ou, à défaut, leur propre étude."""
    return [
        (d, k)
        for d, k in kos_soumis(documents)
        if etude in k.etudes or etude == k.etude or etude in {demande.etude for demande in k.demandes}
    ]


@verification(PUBLIE)
def publie(documents: Sequence[DocumentSoumis], etude: str) -> Constat:
    """Un KOS de cette étude a été accepté par le DMP."""
    siens = de_l_etude(documents, etude)
    # Une autre syntaxe de transfert est permise à un KOS ; un fichier coupé, non.
    autres = [
        d for d in documents
        if d.octets is not None and est_dicom(d.octets) and syntaxe_de(d.octets) not in ("", *SYNTAXES)
    ]  # fmt: skip
    if not siens and autres:
        return PUBLIE.a_regarder(
            "Un document DICOM que le banc ne lit pas a été envoyé : dire s'il est le KOS de cet examen.",
            recu=f"{len(autres)} document(s) illisible(s)", ou="TD2.1", echanges=tuple(d.echange for d in autres),
        )  # fmt: skip
    return juger(
        PUBLIE, bool(siens), "Le DMP n'a reçu aucun KOS de cet examen.", attendu=f"un KOS de l'étude {etude}",
        recu=f"{len(siens)} KOS parmi {len(documents)} document(s)", ou="TD2.1",
        echanges=tuple(d.echange for d, _ in siens),
    )  # fmt: skip


@verification(NON_QUALIFIEE)
def jamais_sans_ins_qualifiee(documents: Sequence[DocumentSoumis], etude: str, temoin: str) -> Constat:
    """Rien n'est publié d'un compte rendu à l'INS non qualifiée ; `temoin` : l'étude qui, elle, devait l'être."""
    return _rien(NON_QUALIFIEE, documents, etude, temoin, "Un KOS est publié sans INS qualifiée.")


@verification(INCOHERENT)
def jamais_incoherent(documents: Sequence[DocumentSoumis], etude: str, temoin: str) -> Constat:
    """Rien n'est publié d'un examen qui n'est pas celui du compte rendu."""
    return _rien(INCOHERENT, documents, etude, temoin, "Un KOS est publié pour un examen incohérent.")


def _rien(regle: Regle, documents: Sequence[DocumentSoumis], etude: str, temoin: str, message: str) -> Constat:
    if not de_l_etude(documents, temoin):
        return regle.sans_objet(f"l'étude témoin {temoin} n'a pas été publiée : son absence ne prouverait rien")
    siens = de_l_etude(documents, etude)
    return juger(
        regle, not siens, message, attendu="aucun KOS de cette étude", recu=f"{len(siens)} KOS de l'étude {etude}",
        ou="TD2.1", echanges=tuple(d.echange for d, _ in siens),
    )  # fmt: skip


@verification(AUTANT)
def un_par_etude(documents: Sequence[DocumentSoumis], etudes: Sequence[str]) -> Constat:
    """Autant de KOS que d'études différentes citées par le compte rendu."""
    comptes = {etude: len(de_l_etude(documents, etude)) for etude in dict.fromkeys(etudes)}
    return juger(
        AUTANT, all(nombre == 1 for nombre in comptes.values()), "Il n'y a pas un KOS par étude du compte rendu.",
        attendu="un KOS par étude", recu=", ".join(f"{etude} : {nombre}" for etude, nombre in comptes.items()),
        ou="TD2.1", echanges=tuple(d.echange for etude in comptes for d, _ in de_l_etude(documents, etude)),
    )  # fmt: skip


@verification(ALERTE)
def administrateur_averti(alertes: Sequence[Mapping[str, Any]], etude: str, *, publiee: bool = False) -> Constat:
    """Une alerte, avec sa raison, désigne cette étude. `publiee` : le KOS, refusé d'abord, a été repris depuis."""
    siennes = [alerte for alerte in alertes if alerte.get("etude") == etude and str(alerte.get("motif") or "").strip()]
    anonymes = [alerte for alerte in alertes if not alerte.get("etude")]
    if not siennes and anonymes:
        return ALERTE.a_regarder(
            "Des alertes ne disent pas de quelle étude il s'agit.", recu=str(anonymes[0].get("motif")), ou="alertes"
        )
    if not siennes and publiee:
        return ALERTE.a_regarder(
            "Le KOS refusé a été envoyé de nouveau et pris, sans alerte : dire si l'administrateur l'aurait su d'un "
            "échec durable.", recu="publié après un premier échec", ou="alertes de l'administrateur",
        )  # fmt: skip
    return juger(
        ALERTE, bool(siennes), "Aucune alerte ne parle de cet examen.", attendu=f"une alerte sur l'étude {etude}",
        recu=" ; ".join(f"{a.get('etude')} : {a.get('motif')}" for a in alertes), ou="alertes de l'administrateur",
    )  # fmt: skip


@verification(SANS_ALERTE)
def sans_alerte(alertes: Sequence[Mapping[str, Any]], etude: str) -> Constat:
    """Un examen publié n'a pas d'alerte : une alerte d'office ne dirait rien."""
    siennes = [alerte for alerte in alertes if alerte.get("etude") == etude]
    return juger(
        SANS_ALERTE, not siennes, "Une alerte parle d'un examen publié.", attendu="aucune alerte sur cette étude",
        recu=" ; ".join(str(alerte.get("motif")) for alerte in siennes) or f"{len(alertes)} alerte(s), d'autres études",
        ou="alertes de l'administrateur",
    )  # fmt: skip


@verification(REMPLACE)
def remplace(soumissions: Sequence[Soumission], etude: str, avant: str, statuts: Mapping[str, str]) -> Constat:
    """Un KOS nouveau est en vigueur ; celui d'avant (son uniqueId) ne l'est plus, par un remplacement."""
    neufs = [
        (s, d)
        for s in soumissions
        for d, k in kos_soumis(s.documents_de_sante)
        if etude in k.etudes and d.unique_id != avant
    ]
    if not neufs:
        return REMPLACE.enfreinte(
            "Aucun KOS corrigé n'a été publié.", attendu=f"un nouveau KOS de l'étude {etude}", recu="rien", ou="TD2.1"
        )
    soumission, document = neufs[-1]
    lies = any(lien.type == RPLC for lien in soumission.lot.associations)
    return juger(
        REMPLACE, lies and statuts.get(avant) != ACTIF and statuts.get(document.unique_id) == ACTIF,
        "Le KOS corrigé ne remplace pas le précédent.", attendu=f"RPLC, {avant} retiré, le nouveau en vigueur",
        recu=f"{'RPLC' if lies else 'sans RPLC'} ; {avant} : {statuts.get(avant, 'absent')} ; "
        f"{document.unique_id} : {statuts.get(document.unique_id, 'absent')}",
        ou="TD2.1, associations", echanges=(document.echange,),
    )  # fmt: skip


@verification(RETIRE)
def retire(avant: str, statuts: Mapping[str, str]) -> Constat:
    """Le KOS publié (son uniqueId) est supprimé du DMP."""
    if avant not in statuts:
        return RETIRE.sans_objet(f"le KOS {avant} n'a jamais été dans le DMP")
    return juger(
        RETIRE, statuts[avant] == SUPPRIME, "Le KOS n'a pas été supprimé du DMP.", attendu="Deleted",
        recu=statuts[avant], ou=f"DMP, {avant}",
    )  # fmt: skip


@verification(EN_SON_NOM)
def au_nom_de_l_auteur(soumissions: Sequence[Soumission], auteur: str) -> Constat:
    """Le VIHF des alimentations porte l'identifiant national de l'auteur du compte rendu."""
    kos = [s for s in soumissions if kos_soumis(s.documents_de_sante)]
    if not kos:
        return EN_SON_NOM.sans_objet("aucun KOS publié")
    lus = [(s.echange.numero, s.vihf.name_id if s.vihf else "") for s in kos]
    return juger(
        EN_SON_NOM, all(nom == auteur for _, nom in lus), "Le KOS est publié au nom d'un autre.", attendu=auteur,
        recu=", ".join(nom or "sans VIHF" for _, nom in lus), ou="VIHF, Subject/NameID",
        echanges=tuple(numero for numero, _ in lus),
    )  # fmt: skip
