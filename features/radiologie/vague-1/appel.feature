# language: fr
Fonctionnalité: Appel contextuel sortant depuis un RIS
  Du dossier d'un patient, une autre application s'ouvre sur le même patient, désigné par son INS.

  @AC/va1.01.01
  Scénario: L'appel sortant porte l'INS complète du patient ouvert
    # Deux patients : l'appel suit le dossier ouvert. La capture, la vidéo ou la notice reste à joindre.
    Étant donné un patient « Philomène » dont le statut est « identité qualifiée »
    Et un patient « Quentin » dont le statut est « identité qualifiée »
    Quand le professionnel appelle une application tierce depuis le dossier du patient « Philomène »
    Et le professionnel appelle une application tierce depuis le dossier du patient « Quentin »
    Alors l'appel sortant porte l'INS complète du patient « Philomène », et celle d'aucun autre
    Et l'appel sortant porte l'INS complète du patient « Quentin », et celle d'aucun autre
