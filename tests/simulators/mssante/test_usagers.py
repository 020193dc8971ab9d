"""La messagerie des usagers : adresses, refus, accusés, réponses."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.mssante.accuses import PANNES_AVIS, pannes_de
from simulators.mssante.adresse_usager import adresse_usager, est_adresse_usager, matricule_de
from simulators.mssante.etat import DemandeDsn
from simulators.mssante.pannes import RegistreMSSante
from simulators.mssante.usagers import PANNES_MES, MessagerieUsagers, PieceUsager, ReponseImpossible
from simulators.socle.identites import IDENTITES_DE_TEST, cle_nir, fabriquer_identite, par_cas
from simulators.socle.journal import JournalEchanges
from tests.simulators.mssante.aides_avis import BAL, INSTANT, Depots, Pannes, lire, rapport, recu

PATIENT = par_cas("nominal")
ADRESSE = adresse_usager(PATIENT.matricule_ins)
SUCCES = DemandeDsn(notify={ADRESSE: ("SUCCESS", "FAILURE")}, orcpt={ADRESSE: f"rfc822;{ADRESSE}"}, envid="env-7")


def messagerie(depots: Depots, *pannes: str, **options: object) -> MessagerieUsagers:
    """Une messagerie dont la boîte du patient d'essai est ouverte."""
    usagers = MessagerieUsagers(depots, panne=Pannes(*pannes), horloge=lambda: INSTANT, **options)  # type: ignore[arg-type]
    usagers.ouvrir(PATIENT.matricule_ins)
    return usagers


@pytest.mark.parametrize("identite", IDENTITES_DE_TEST, ids=lambda identite: identite.cas)
def test_adresse_et_matricule(identite: object) -> None:
    """L'adresse de chaque identité de test, Corse comprise, rend son matricule, quelle que soit la casse."""
    matricule = identite.matricule_ins  # type: ignore[attr-defined]
    adresse = adresse_usager(matricule)
    for forme in (adresse, adresse.lower(), adresse.upper()):
        assert est_adresse_usager(forme) and matricule_de(forme) == matricule


def test_adresse_publique_d_exemple() -> None:
    """Une adresse vue dans des exemples publics, à la clé juste, est lue."""
    assert matricule_de("279035121518989@patient.mssante.fr") == "279035121518989"


@given(st.text(max_size=20), st.sampled_from(["patient.mssante.fr", "PATIENT.mssante.FR", "autre.mssante.fr", ""]))
def test_adresse_quelconque(local: str, domaine: str) -> None:
    """Aucun texte ne trompe l'analyse : un matricule rendu est bien formé, de clé juste, et redonne l'adresse."""
    matricule = matricule_de(f"{local}@{domaine}")
    if matricule is not None:
        assert cle_nir(matricule[:13]) == matricule[13:]
        assert adresse_usager(matricule).lower() == f"{local}@{domaine}".lower()


@given(st.integers(0, 10**6), st.sampled_from(["99", "2A", "2B"]))
def test_aller_retour(graine: int, departement: str) -> None:
    """Toute identité fabriquée a une adresse, et un caractère changé la rend invalide."""
    identite = fabriquer_identite(f"mss/{graine}", departement=departement)
    adresse = adresse_usager(identite.matricule_ins)
    assert matricule_de(adresse) == identite.matricule_ins
    faux = str((int(adresse[14]) + 1) % 10)
    assert matricule_de(adresse[:14] + faux + adresse[15:]) is None


def test_distribution_simple() -> None:
    """Sans demande, rien ne revient ; le message est là et le patient est prévenu."""
    depots = Depots()
    usagers = messagerie(depots)
    message = recu(ADRESSE)
    usagers.recevoir(message)
    assert not depots.recus
    assert [m.message for m in usagers.messages(PATIENT.matricule_ins)] == [message]
    assert usagers.notifications[0].matricule_ins == PATIENT.matricule_ins
    assert usagers.connue(PATIENT.matricule_ins) and usagers.ouverte(PATIENT.matricule_ins.lower())


def test_dsn_puis_mdn() -> None:
    """NOTIFY=SUCCESS rend une DSN, Disposition-Notification-To une MDN, dans cet ordre, à l'émetteur."""
    depots = Depots()
    message = recu(ADRESSE, dsn=SUCCES, Disposition_Notification_To=BAL)
    messagerie(depots).recevoir(message)
    assert depots.natures == ["dsn", "mdn"] and {adresse for adresse, _ in depots.recus} == {BAL}
    _, (general, sort), _ = rapport(depots.recus[0][1], "delivery-status")
    assert (sort["Action"], sort["Status"], sort["Final-Recipient"]) == ("delivered", "2.0.0", f"rfc822; {ADRESSE}")
    assert (sort["Original-Recipient"], general["Original-Envelope-Id"]) == (f"rfc822;{ADRESSE}", "env-7")
    _, (lecture,), original = rapport(depots.recus[1][1], "disposition-notification")
    assert lecture["Disposition"] == "manual-action/MDN-sent-manually; displayed"
    assert lecture["Original-Message-ID"] == lire(message.octets)["Message-ID"]
    assert original.get_content_type() == "message/rfc822"


@pytest.mark.parametrize(
    ("dsn", "entete", "attendu"),
    [
        (DemandeDsn(), {}, []),
        (DemandeDsn(), {"Return_Receipt_To": BAL}, ["dsn"]),
        (DemandeDsn(notify={ADRESSE: ("NEVER",)}), {"Return_Receipt_To": BAL}, []),
        (DemandeDsn(notify={ADRESSE: ("FAILURE", "DELAY")}), {}, []),
        (DemandeDsn(notify={ADRESSE.upper(): ("success",)}), {}, ["dsn"]),
        (DemandeDsn(notify={"autre@labo.fr": ("SUCCESS",)}), {}, []),
    ],
)
def test_demande_de_distribution(dsn: DemandeDsn, entete: dict[str, str], attendu: list[str]) -> None:
    """L'enveloppe l'emporte sur l'en-tête Return-Receipt-To ; l'en-tête seul suffit."""
    depots = Depots()
    messagerie(depots).recevoir(recu(ADRESSE, dsn=dsn, **entete))
    assert depots.natures == attendu


@pytest.mark.parametrize(
    ("adresse", "motif", "objet"),
    [
        (ADRESSE, "fermer", "Message non distribué"),
        (adresse_usager(par_cas("corse_2a").matricule_ins), "", "Message non distribué"),
        ("279035121518980@patient.mssante.fr", "", "Message non distribué"),
        ("jean.dupont@patient.mssante.fr", "", "Message non distribué"),
        (ADRESSE, "gros", "dsn"),
    ],
    ids=["fermee", "inconnue", "cle_fausse", "pas_un_matricule", "trop_gros"],
)
def test_refus(adresse: str, motif: str, objet: str) -> None:
    """Chaque refus revient à l'émetteur par un avis qui nomme l'adresse et le message d'origine ; rien n'est remis."""
    depots = Depots()
    usagers = messagerie(depots, taille_max=2000)
    if motif == "fermer":
        usagers.fermer(PATIENT.matricule_ins, "ne souhaite plus être contacté")
    message = recu(adresse, X_Rembourrage="x" * (3000 if motif == "gros" else 0))
    usagers.recevoir(message)
    assert depots.natures == [objet] and not usagers.messages()
    avis = lire(depots.recus[0][1])
    assert avis["Return-Path"] == "<>" and avis["To"] == BAL
    assert adresse in avis.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    if motif == "gros":
        assert avis["Subject"] == "Undelivered Mail Returned to Sender"
        assert rapport(depots.recus[0][1], "delivery-status")[1][1]["Status"] == "5.3.4"
    else:
        assert avis["In-Reply-To"] == lire(message.octets)["Message-ID"]


def test_refus_et_notify_failure() -> None:
    """Un refus de Mon espace santé n'est pas une DSN : qui demande FAILURE la reçoit en plus."""
    depots = Depots()
    usagers = messagerie(depots)
    usagers.fermer(PATIENT.matricule_ins)
    usagers.recevoir(recu(ADRESSE, dsn=SUCCES))
    assert depots.natures == ["Message non distribué", "dsn"]
    sort = rapport(depots.recus[1][1], "delivery-status")[1][1]
    assert (sort["Action"], sort["Status"]) == ("failed", "5.7.1")


def test_aucun_avis_pour_un_avis() -> None:
    """Un message au chemin de retour vide n'en provoque aucun, même refusé, même s'il demande tout."""
    depots = Depots()
    usagers = messagerie(depots)
    tout = {"Disposition_Notification_To": BAL, "Return_Receipt_To": BAL}
    usagers.recevoir(recu(ADRESSE, expediteur="", dsn=SUCCES, **tout))
    usagers.fermer(PATIENT.matricule_ins)
    usagers.recevoir(recu(ADRESSE, expediteur="", dsn=SUCCES, **tout))
    assert not depots.recus and len(usagers.messages()) == 1


@pytest.mark.parametrize(
    ("panne", "attendu"),
    [
        ("mdn_avant_dsn", ["mdn", "dsn"]),
        ("deux_mdn", ["dsn", "mdn", "mdn"]),
        ("dsn_tardif", ["mdn"]),
        ("mes_ferme", ["Message non distribué", "dsn"]),
        ("mes_inconnu", ["Message non distribué", "dsn"]),
        ("mes_trop_gros", ["dsn"]),
    ],
)
def test_pannes(panne: str, attendu: list[str]) -> None:
    """Chaque panne change ce qui revient, une fois ; le message suivant est traité comme d'ordinaire."""
    depots = Depots()
    usagers = messagerie(depots, panne)
    usagers.recevoir(recu(ADRESSE, dsn=SUCCES, Disposition_Notification_To=BAL))
    assert depots.natures == attendu
    if panne == "dsn_tardif":
        assert usagers.accuses.delivrer_tardifs() == 1 and usagers.accuses.delivrer_tardifs() == 0
        assert depots.natures == ["mdn", "dsn"]
        assert (lire(depots.recus[1][1])["Date"].datetime - INSTANT).total_seconds() == 3600
    if panne == "deux_mdn":
        un, deux = (lire(octets) for _, octets in depots.recus[1:])
        assert un["Message-ID"] != deux["Message-ID"] and un["In-Reply-To"] == deux["In-Reply-To"]
    depots.recus.clear()
    usagers.recevoir(recu(ADRESSE, dsn=SUCCES, Disposition_Notification_To=BAL))
    assert depots.natures == ["dsn", "mdn"]


def test_mdn_inconnu() -> None:
    """La MDN d'un message jamais envoyé ne désigne nulle part le vrai."""
    depots = Depots()
    message = recu(ADRESSE, Disposition_Notification_To=BAL)
    messagerie(depots, "mdn_inconnu").recevoir(message)
    assert depots.natures == ["mdn"]
    assert str(lire(message.octets)["Message-ID"]).encode() not in depots.recus[0][1]


def test_lecture_sur_ordre() -> None:
    """Sans lecture immédiate, la MDN ne part qu'à l'ouverture."""
    depots = Depots()
    usagers = messagerie(depots, lecture_immediate=False)
    message = recu(ADRESSE, Disposition_Notification_To=BAL)
    usagers.recevoir(message)
    assert not depots.recus
    assert len(usagers.lire(message)) == 1 and depots.natures == ["mdn"]


def test_reponse() -> None:
    """La réponse du patient porte l'adresse de sa boîte, le fil de la conversation et ses pièces."""
    depots = Depots()
    usagers = messagerie(depots)
    message = recu(ADRESSE, References="<0@labo.formation.mssante.fr>")
    usagers.recevoir(message)
    piece = PieceUsager("Résultat été.pdf", "application/pdf", b"%PDF-1.4")
    assert usagers.repondre(message, "Merci,\nà bientôt", [piece]) == 1
    adresse, octets = depots.recus[0]
    reponse = lire(octets)
    cite = lire(message.octets)["Message-ID"]
    assert (adresse, reponse["From"], reponse["In-Reply-To"]) == (BAL, ADRESSE, cite)
    assert str(reponse["References"]).split() == ["<0@labo.formation.mssante.fr>", cite]
    assert str(reponse["Subject"]).startswith("Re: XDM/1.0/DDM+")
    assert reponse.get_body().get_content() == "Merci,\r\nà bientôt\r\n"  # type: ignore[union-attr]
    (jointe,) = reponse.iter_attachments()
    assert jointe.get_filename() == "Résultat été.pdf" and jointe.get_content() == b"%PDF-1.4"


def test_reponse_a_reply_to() -> None:
    """`Reply-To` l'emporte sur `From`."""
    depots = Depots()
    usagers = messagerie(depots)
    message = recu(ADRESSE, Reply_To="Secrétariat <secretariat@labo.formation.mssante.fr>")
    usagers.recevoir(message)
    usagers.repondre(message, "Bien reçu")
    assert depots.recus[0][0] == "secretariat@labo.formation.mssante.fr"


def test_fin_de_conversation() -> None:
    """X-MSS-MES: FIN ferme ce message-là ; [FIN] dans l'objet ferme aussi les précédents du même émetteur."""
    usagers = messagerie(Depots())
    premier, ferme = recu(ADRESSE), recu(ADRESSE, X_MSS_MES="FIN")
    for message in (premier, ferme):
        usagers.recevoir(message)
    with pytest.raises(ReponseImpossible):
        usagers.repondre(ferme, "?")
    usagers.repondre(premier, "Oui")
    autre = recu(ADRESSE, expediteur="secretariat@labo.formation.mssante.fr")
    minuscules = recu(ADRESSE, X_MSS_MES="fin")
    dernier, suivant = recu(ADRESSE, Subject="[FIN] Au revoir"), recu(ADRESSE)
    for message in (autre, minuscules, dernier, suivant):
        usagers.recevoir(message)
    for message in (premier, minuscules, dernier):
        with pytest.raises(ReponseImpossible):
            usagers.repondre(message, "?")
    usagers.repondre(autre, "Oui")
    usagers.repondre(suivant, "Oui")


def test_message_jamais_recu() -> None:
    """Le patient ne répond pas à ce qu'il n'a pas reçu."""
    with pytest.raises(ReponseImpossible):
        messagerie(Depots()).repondre(recu(ADRESSE), "?")


def test_deux_usagers_et_un_professionnel() -> None:
    """Chaque usager de l'enveloppe a son sort ; un destinataire professionnel n'est pas regardé."""
    depots = Depots()
    usagers = messagerie(depots)
    autre = adresse_usager(par_cas("corse_2b").matricule_ins)
    usagers.recevoir(recu(ADRESSE, autre, "dr@cabinet.formation.mssante.fr"))
    assert len(usagers.messages()) == 1 and depots.natures == ["Message non distribué"]


def test_emetteur_sans_bal() -> None:
    """Un avis que personne ne reçoit se perd sans rien casser."""
    depots = Depots(BAL)
    usagers = messagerie(depots)
    usagers.recevoir(recu(ADRESSE, dsn=SUCCES, Disposition_Notification_To=BAL))
    usagers.fermer(PATIENT.matricule_ins)
    usagers.recevoir(recu(ADRESSE))
    assert not depots.recus


def test_au_journal(tmp_path: Path) -> None:
    """Chaque remise est au journal, avec son issue et le message qu'elle concerne."""
    with JournalEchanges.creer(tmp_path) as journal:
        usagers = messagerie(Depots(), journal=journal)
        message = recu(ADRESSE)
        usagers.recevoir(message)
        usagers.recevoir(recu("x@patient.mssante.fr"))
        remis, refuse = journal.echanges("mssante", "mes:reception")
    assert (remis.requete.cible, remis.notes["issue"]) == (ADRESSE, "distribue")
    assert remis.notes["message_id"] == lire(message.octets)["Message-ID"]
    assert (refuse.notes["issue"], refuse.reponse and refuse.reponse.statut) == ("invalide", 550)


def test_pannes_du_registre(tmp_path: Path) -> None:
    """Une panne armée au registre de l'opérateur vise l'adresse donnée, et s'écrit au journal quand elle est jouée."""
    autre = par_cas("corse_2b").matricule_ins
    with JournalEchanges.creer(tmp_path) as journal:
        registre = RegistreMSSante(journal, (*PANNES_AVIS, *PANNES_MES))
        depots = Depots()
        usagers = MessagerieUsagers(depots, panne=pannes_de(registre, journal), horloge=lambda: INSTANT)
        usagers.ouvrir(PATIENT.matricule_ins)
        armee = registre.armer("mes_ferme", adresse=usagers.ouvrir(autre))
        usagers.recevoir(recu(ADRESSE))
        assert not depots.recus and registre.armees() == (armee,)
        usagers.recevoir(recu(adresse_usager(autre)))
        assert depots.natures == ["Message non distribué"] and registre.armees() == ()
        assert [e.donnees["nom"] for e in journal.enregistrements("panne")] == ["mes_ferme"]


def test_vider() -> None:
    """Une remise à zéro oublie tout, sauf les boîtes demandées."""
    usagers = messagerie(Depots())
    usagers.recevoir(recu(ADRESSE))
    usagers.vider(ouvertes=[par_cas("corse_2b").matricule_ins])
    assert not usagers.messages() and not usagers.notifications
    assert not usagers.connue(PATIENT.matricule_ins) and usagers.ouverte(par_cas("corse_2b").matricule_ins)
